#!/usr/bin/env python3
"""Says whether files are valid safetensors; written from the specification, with nothing but Python.

    python3 check_safetensors.py FILE…                   one line a file: "ok", or what is wrong; exit code 1 if any is
    python3 check_safetensors.py --resave FILE TARGET    writes the same tensors and text as the reference implementation lays them out

The specification: https://github.com/huggingface/safetensors
"""
import json
import math
import struct
import sys

MOST = 100_000_000
BITS = {  # in the reference implementation's order, by which it lays tensors out
    "BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32,
    "C64": 64, "F64": 64, "I64": 64, "U64": 64,
}


class Invalid(Exception):
    pass


def require(holds, expected):
    if not holds:
        raise Invalid(f"expected {expected}")


def unique(pairs):
    """Every JSON object's keys must differ."""
    result = dict(pairs)
    require(len(result) == len(pairs), f"no key twice among {[key for key, _ in pairs]}")
    return result


def is_size(value):
    return type(value) is int and 0 <= value < 2**63


def no_constant(name):
    raise Invalid(f"expected JSON, found {name}")


def parse(content):
    """(metadata, {name: (dtype, shape, begin, end)} by place, data)"""
    require(len(content) >= 8, "at least 8 bytes")
    (length,) = struct.unpack_from("<Q", content)
    require(length <= MOST, f"a header of at most {MOST} bytes")
    require(length <= len(content) - 8, "a whole header")
    text = content[8:8 + length]
    require(text[:1] == b"{", "a header that begins with {")
    try:
        decoded = text.decode("utf-8")
        decoded.encode("utf-8")
        header = json.loads(decoded, object_pairs_hook=unique, parse_constant=no_constant)
        json.dumps(header, ensure_ascii=False).encode("utf-8")                   # no lone surrogates by escape
    except (UnicodeError, ValueError, RecursionError) as mistake:
        raise Invalid(f"expected JSON: {mistake}") from mistake
    require(depth(header) <= 127, "JSON that is not nested deeply")
    data = content[8 + length:]
    metadata = header.pop("__metadata__", None) or {}
    require(type(metadata) is dict and all(type(value) is str for value in metadata.values()), "metadata from text to text")
    tensors = {}
    for name, entry in header.items():
        require(type(entry) is dict and {"dtype", "shape", "data_offsets"} <= entry.keys(), f"dtype, shape, data_offsets of {name!r}")
        dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
        require(type(dtype) is str and dtype in BITS, f"a dtype of {name!r} that is known")
        require(type(shape) is list and all(map(is_size, shape)), f"a shape of {name!r}")
        require(type(offsets) is list and len(offsets) == 2 and all(map(is_size, offsets)), f"two data_offsets of {name!r}")
        product = 1
        for axis in shape:
            product *= axis
            require(product < 2**64, f"a shape of {name!r} that fits into 64 bits")
        bits = math.prod(shape) * BITS[dtype]
        require(bits % 8 == 0 and offsets[1] - offsets[0] == bits // 8, f"{bits / 8:g} bytes of {name!r}")
        tensors[name] = (dtype, shape, *offsets)
    tensors = dict(sorted(tensors.items(), key=lambda item: item[1][2:]))
    position = 0
    for name, (_, _, begin, end) in tensors.items():
        require(begin == position, f"{name!r} at byte {position}, not {begin}")
        position = end
    require(position == len(data), f"{position} bytes of data, not {len(data)}")
    return metadata, tensors, data


def depth(value):
    levels, level = 0, [value]
    while level:
        level = [child for item in level if isinstance(item, (dict, list))
                 for child in (item.values() if isinstance(item, dict) else item)]
        levels += 1
    return levels


def resave(content):
    """As the reference implementation writes: by size of the type, greatest first, then by name; padded to 8 bytes."""
    metadata, tensors, data = parse(content)
    order = sorted(tensors, key=lambda name: (-list(BITS).index(tensors[name][0]), name))
    header, blobs, position = {"__metadata__": metadata} if metadata else {}, [], 0
    for name in order:
        dtype, shape, begin, end = tensors[name]
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [position, position + end - begin]}
        blobs.append(data[begin:end])
        position += end - begin
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(blobs)


def main(arguments):
    if arguments[:1] == ["--resave"]:
        with open(arguments[1], "rb") as source:
            content = resave(source.read())
        with open(arguments[2], "wb") as target:
            target.write(content)
        return 0
    failed = 0
    for path in arguments:
        with open(path, "rb") as file:
            content = file.read()
        try:
            _, tensors, _ = parse(content)
            print(f"{path}: ok, {len(tensors)} tensors")
        except Invalid as mistake:
            failed = 1
            print(f"{path}: {mistake}")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
