#!/usr/bin/env python3
"""safetensors files as other programs write them, for NanoConv's tests; from the specification, with nothing but Python.

    python3 make_safetensors.py            write the files into safetensors/valid and safetensors/invalid
    python3 make_safetensors.py --check    compare with the files that are there

Every number is small and told by its place, so that a test knows it without the script: element i of the k-th tensor of
a file, in the order in which they are listed here, is 100 k + i (in F32 and F64; other types hold bytes 0, 1, 2, ...).
The specification: https://github.com/huggingface/safetensors
"""
import json
import math
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent / "safetensors"

# In the order of the reference implementation, by which it lays tensors out: greatest first, then by name.
BITS = {
    "BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32,
    "C64": 64, "F64": 64, "I64": 64, "U64": 64,
}


def data_of(index, dtype, shape):
    count = math.prod(shape)
    if dtype in ("F32", "F64"):
        return struct.pack(f"<{count}{'f' if dtype == 'F32' else 'd'}", *(100 * index + i for i in range(count)))
    return bytes(i % 256 for i in range(count * BITS[dtype] // 8))


def entries(tensors, laid_out=None):
    """Header entries and data of [(name, dtype, shape)], the data in the order of the names `laid_out`."""
    blobs = {name: data_of(index, dtype, shape) for index, (name, dtype, shape) in enumerate(tensors)}
    places, data = {}, b""
    for name in laid_out or blobs:
        places[name] = [len(data), len(data) + len(blobs[name])]
        data += blobs[name]
    header = {name: {"dtype": dtype, "shape": shape, "data_offsets": places[name]} for name, dtype, shape in tensors}
    return header, data


def pack(text, data, padding=b""):
    text = (text if isinstance(text, bytes) else text.encode("utf-8")) + padding
    return struct.pack("<Q", len(text)) + text + data


def dumps(header):
    return json.dumps(header, separators=(",", ":"), ensure_ascii=False)


def reference(tensors, metadata=None):
    """As the reference implementation writes: by size of the type, then by name, padded to 8 bytes."""
    order = [name for name, _, _ in sorted(tensors, key=lambda t: (-list(BITS).index(t[1]), t[0]))]
    header, data = entries(tensors, order)
    header = {name: header[name] for name in order}
    text = dumps(({"__metadata__": metadata} if metadata else {}) | header).encode("utf-8")
    return pack(text, data, b" " * (-len(text) % 8))


# A network of the tests: Conv2D(2, 3) on 4 x 4 x 1, Flatten, Dense(3).
WEIGHTS = [
    ("conv2d_1/kernel", "F32", [3, 3, 1, 2]),
    ("conv2d_1/bias", "F32", [2]),
    ("dense_1/kernel", "F64", [8, 3]),
    ("dense_1/bias", "F32", [3]),
]
TWO = [("a", "F32", [2]), ("b", "F32", [1])]


def unaligned(tensors, **more):
    """No padding, and a header whose length is odd: no tensor begins at a multiple of its element's size."""
    header, data = entries(tensors)
    text = dumps(more | header)
    return pack(text + ("" if len(text) % 2 else " "), data)


def valid():
    header, data = entries(TWO)
    backwards, backwards_data = entries(TWO, ["b", "a"])
    return {
        "nothing": pack("{}", b""),
        "metadata_only": pack(dumps({"__metadata__": {"text": "äöü\n\"quoted\"", "": "empty key"}}), b""),
        "metadata_null": pack(dumps({"__metadata__": None} | header), data),
        "metadata_last": pack(dumps(header | {"__metadata__": {"format": "pt"}}), data),
        "weights_as_the_reference_writes": reference(WEIGHTS, {"format": "pt"}),
        "weights_unaligned": unaligned([("0", "U8", [3])] + WEIGHTS),
        "weights_unaligned_exact": unaligned(WEIGHTS),
        "padded_with_spaces": pack(dumps(header), data, b" " * 1000),
        "padded_with_other_white_space": pack(dumps(header), data, b"\r \t\n"),
        "white_space_inside": pack(json.dumps(header, indent=3), data),
        "data_in_another_order": pack(dumps(backwards), backwards_data),
        "empty_tensors_everywhere": reference([
            ("a", "F32", [0]), ("b", "F32", [2]), ("c", "F32", [2, 0, 3]), ("d", "F32", [1]), ("e", "F32", [0]), ("f", "F64", [0, 4])]),
        "empty_tensor_behind_the_one_it_precedes": pack(
            '{"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}', bytes(4)),
        "scalar": reference([("a", "F64", []), ("b", "F32", [1, 1, 1, 1, 1, 1, 1, 1, 1, 1])]),
        "every_type": reference([(f"t/{dtype}", dtype, [4]) for dtype in BITS]),
        "halves_and_integers": reference([
            ("dense_1/kernel", "F16", [2, 3]), ("dense_1/bias", "BF16", [3]), ("steps", "I64", [])]),
        "names": reference([("äöü / \"quoted\" \\ \t", "F32", [1]), ("", "F32", [1]), ("💡", "F32", [1])]),
        "escapes": pack('{"\\u0061\\ud83d\\udca1":{"dtype":"\\u004632","shape":[1],"\\u0064ata_offsets":[0,4]}}', bytes(4)),
        "other_fields": pack(
            '{"a":{"x":[{"y":[1,{}]}],"dtype":"U8","shape":[2],"z":null,"data_offsets":[0,2]}}', b"\x00\x01"),
        "long_axes_of_an_empty_tensor": pack('{"a":{"dtype":"F64","shape":[4611686018427387904,0],"data_offsets":[0,0]}}', b""),
    }


def invalid():
    one = '"dtype":"F32","shape":[1],"data_offsets":[0,4]'
    header, data = entries(TWO)

    def entry(dtype="F32", shape="[1]", offsets="[0,4]", length=4, name='"a"'):
        return pack(f'{{{name}:{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}}}', bytes(length))

    return {
        "no_bytes": b"",
        "seven_bytes": bytes(7),
        "no_header": bytes(8),
        "header_longer_than_the_file": struct.pack("<Q", 100) + b"{}",
        "header_over_the_limit": struct.pack("<Q", 100_000_001) + b"{}",
        "header_length_of_64_bits": struct.pack("<Q", 2**64 - 8) + b"{}",
        "white_space_first": pack(" {}", b""),
        "array": pack("[]", b""),
        "cut_off": pack(dumps(header)[:-1], data),
        "two_objects": pack("{}{}", b""),
        "not_utf8": pack(b'{"__metadata__":{"a":"\xff"}}', b""),
        "lone_surrogate": pack('{"\\ud800":{' + one + "}}", bytes(4)),
        "same_name_twice": pack('{"a":{' + one + '},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', bytes(8)),
        "same_name_twice_by_escape": pack(
            '{"a":{' + one + '},"\\u0061":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', bytes(8)),
        "same_field_twice": pack('{"a":{' + one + ',"shape":[1]}}', bytes(4)),
        "same_other_field_twice": pack('{"a":{' + one + ',"x":1,"x":2}}', bytes(4)),
        "metadata_twice": pack('{"__metadata__":{},"__metadata__":{}}', b""),
        "metadata_key_twice": pack('{"__metadata__":{"a":"1","a":"1"}}', b""),
        "metadata_number": pack('{"__metadata__":{"a":1}}', b""),
        "metadata_object": pack('{"__metadata__":{"a":{}}}', b""),
        "hole_before": entry(offsets="[4,8]", length=8),
        "hole_between": pack('{"a":{' + one + '},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}', bytes(12)),
        "hole_behind": entry(length=8),
        "overlap": pack('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', bytes(8)),
        "same_place": pack('{"a":{' + one + '},"b":{' + one + "}}", bytes(4)),
        "empty_tensor_inside_another": pack(
            '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}', bytes(8)),
        "empty_tensor_behind_the_end": entry(shape="[0]", offsets="[4,4]", length=0),
        "behind_the_end": entry(offsets="[0,4]", length=3),
        "backwards": entry(offsets="[4,0]"),
        "three_offsets": entry(offsets="[0,4,4]"),
        "shape_of_other_size": entry(shape="[2]"),
        "unknown_type": entry(dtype="F33"),
        "lower_case_type": entry(dtype="f32"),
        "part_of_a_byte": entry(dtype="F4", shape="[1]", offsets="[0,0]", length=0),
        "negative_axis": entry(shape="[-1]"),
        "fraction": entry(shape="[1.0]"),
        "exponent": entry(shape="[1e0]"),
        "leading_zero": entry(shape="[01]"),
        "overflow": entry(shape="[4294967296,4294967296]", offsets="[0,0]", length=0),
        "overflow_before_a_zero": entry(shape="[4294967296,4294967296,0]", offsets="[0,0]", length=0),
        "no_shape": pack('{"a":{"dtype":"F32","data_offsets":[0,4]}}', bytes(4)),
        "number_as_tensor": pack('{"a":1}', b""),
        "comma_too_many": pack('{"a":{' + one + "},}", bytes(4)),
        "comment": pack("{/**/}", b""),
        "nested_too_deeply": pack('{"a":{"x":' + "[" * 200 + "]" * 200 + "," + one + "}}", bytes(4)),
    }


def main():
    files = {f"valid/{name}": content for name, content in valid().items()}
    files |= {f"invalid/{name}": content for name, content in invalid().items()}
    wrong = 0
    for name, content in files.items():
        path = HERE / f"{name}.safetensors"
        if sys.argv[1:] == ["--check"]:
            if not path.exists() or path.read_bytes() != content:
                wrong += 1
                print(f"{path.name}: differs or is missing")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    print(f"{len(files)} files, {sum(map(len, files.values())):,} bytes")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
