#!/usr/bin/env python3
"""Weights of PyTorch modules and of Keras models, with the outputs that PyTorch computes from them.

    python3 make_imports.py            write the files into import/
    python3 make_imports.py --check    recompute and compare with the files that are there

The weights of PyTorch are the state_dict() of a real module, drawn by the integer formula of README.md straight into
PyTorch's own layout; nothing here permutes them. Those of Keras are written as Keras orders and names them, and the
outputs come from the operations of make_goldens.py, which are in those layouts. Weights are float32; the outputs are
computed in float64 from the very same numbers. Needs what make_goldens.py needs.
"""
import json
import math
import pathlib
import struct
import sys

import numpy as np
import torch
from torch import nn

import make_goldens as golden

HERE = pathlib.Path(__file__).resolve().parent / "import"
IMAGES = 4
BIAS_LIMIT = 0.1


def same(stride):
    """Keras's `same` for a 3x3 kernel on an even side: stride 2 pads only at the end, which Conv2d cannot say itself."""
    return nn.ZeroPad2d((0, 1, 0, 1)) if stride == 2 else nn.ZeroPad2d(1)


def convolution(inputs, filters, stride=1):
    return nn.Conv2d(inputs, filters, 3, stride)


def default():
    """All in one Sequential: names are places, 1.weight, 4.weight, ..., 13.weight."""
    layers, channels = [], 3
    for filters, stride in golden.NETWORKS["default"]:
        layers += [same(stride), convolution(channels, filters, stride), nn.ReLU()]
        channels = filters
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(8 * 8 * 32, 10))


class MaxPooling(nn.Module):
    """Features and classifier: features.0.weight, ..., classifier.1.weight."""

    def __init__(self):
        super().__init__()
        layers, channels = [], 3
        for layer in golden.NETWORKS["maxpooling"]:
            if layer == golden.POOL:
                layers.append(nn.MaxPool2d(2))
            else:
                layers += [nn.Conv2d(channels, layer[0], 3, padding=1), nn.ReLU()]
                channels = layer[0]
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.Dropout(0.5), nn.Linear(8 * 8 * 32, 10))

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


class ThinnerDeeper(nn.Module):
    """Attributes: conv1.weight, ..., conv6.weight, fc.weight."""

    def __init__(self):
        super().__init__()
        channels = 3
        for index, (filters, stride) in enumerate(golden.NETWORKS["thinner_deeper"], 1):
            setattr(self, f"conv{index}", convolution(channels, filters, stride))
            channels = filters
        self.fc = nn.Linear(4 * 4 * 32, 10)

    def forward(self, x):
        for index, (_, stride) in enumerate(golden.NETWORKS["thinner_deeper"], 1):
            x = torch.relu(getattr(self, f"conv{index}")(same(stride)(x)))
        return self.fc(x.flatten(1))


class Symmetric(nn.Module):
    """Eleven layers and more, odd sizes, no bias here and there, padding=1 at stride 2: what PyTorch's users write."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 5, (3, 5), stride=2, padding=(1, 2), bias=False), nn.ReLU(), nn.Dropout(0.1),
            nn.Conv2d(5, 4, 3, stride=2, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Identity(), nn.Identity(), nn.Identity(), nn.Identity(),
            nn.Conv2d(4, 6, (2, 1)), nn.ReLU(), nn.Flatten(), nn.Dropout(0.5), nn.Linear(3 * 4 * 6, 7), nn.ReLU(), nn.Linear(7, 10, bias=False))

    def forward(self, x):
        return self.body(x)


def normalised():
    """Batch normalisations by number: with and without weights of their own, and of a flattened picture."""
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(4, 5, 3, stride=2, padding=1), nn.BatchNorm2d(5, eps=1e-3, affine=False), nn.ReLU(),
        nn.Flatten(), nn.BatchNorm1d(4 * 4 * 5), nn.Linear(4 * 4 * 5, 10))


class Block(nn.Module):
    """A residual block as torchvision writes it."""

    def __init__(self, inputs, filters, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, filters, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(filters)
        self.conv2 = nn.Conv2d(filters, filters, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(filters)
        self.downsample = None
        if stride != 1:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, filters, 1, stride, bias=False), nn.BatchNorm2d(filters))

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


class Residual(nn.Module):
    """Names with dots in them: layer1.0.conv1.weight, layer2.0.downsample.1.running_mean, norm.num_batches_tracked."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(4)
        self.layer1 = nn.Sequential(Block(4, 4, 1))
        self.layer2 = nn.Sequential(Block(4, 6, 2))
        self.norm = nn.BatchNorm1d(2 * 4 * 4 * 6)
        self.fc = nn.Linear(2 * 4 * 4 * 6, 10)

    def forward(self, x):
        x = self.layer1(torch.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 2))
        x = self.layer2(x)
        return self.fc(self.norm(torch.cat([x.flatten(1), torch.sigmoid(x).flatten(1)], 1)))


MODULES = {
    "default": default, "maxpooling": MaxPooling, "thinner_deeper": ThinnerDeeper, "symmetric": Symmetric,
    "normalised": normalised, "residual": Residual,
}


def images(name):
    return golden.images(f"import/{name}/images", IMAGES)                        # NHWC


def outputs_of(module, name):
    x = torch.tensor(images(name)).permute(0, 3, 1, 2).contiguous()
    with torch.no_grad():
        return torch.softmax(module.double().eval()(x), 1).numpy()


def limit_of(shape):
    receptive = math.prod(shape[2:]) if len(shape) == 4 else 1
    return BIAS_LIMIT if len(shape) == 1 else math.sqrt(6.0 / (receptive * (shape[0] + shape[1])))


def pytorch(name):
    module = MODULES[name]()
    with torch.no_grad():
        for key, parameter in module.named_parameters():
            shape = tuple(parameter.shape)
            parameter.copy_(torch.tensor(golden.symmetric(f"import/{name}/{key}", shape, limit_of(shape))))
        for key, layer in module.named_modules():
            if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
                normalise(layer, f"import/{name}/{key}")
    state = {key: value.numpy().copy() for key, value in module.state_dict().items()}
    return {key: value if value.dtype == np.int64 else value.astype("<f4") for key, value in state.items()}, outputs_of(module, name)


def normalise(layer, name):
    """Neither gamma and variance of 1 nor beta and mean of 0, which would be as if they were not there."""
    shape = (layer.num_features,)
    layer.running_mean.copy_(torch.tensor(golden.symmetric(f"{name}.running_mean", shape, 0.3)))
    layer.running_var.copy_(torch.tensor(1 + golden.symmetric(f"{name}.running_var", shape, 0.5)))
    layer.num_batches_tracked.fill_(7)
    if layer.affine:
        layer.weight.copy_(torch.tensor(1 + golden.symmetric(f"{name}.weight", shape, 0.3)))
        layer.bias.copy_(torch.tensor(golden.symmetric(f"{name}.bias", shape, 0.3)))


def keras(network="thinner_deeper"):
    """Keras's names and layouts: conv2d, conv2d_1, ...: kernel HWIO, bias; dense: kernel [in, out], bias."""
    own = golden.parameters_of(network)
    single = {name: value.astype("<f4") for name, value in own.items()}
    p = {name: torch.tensor(value.astype(np.float64)) for name, value in single.items()}
    outputs = torch.softmax(golden.logits_of(network, torch.tensor(images("keras")), p), 1).numpy()
    names = {}
    for name, value in single.items():
        layer, weight = name.split("/")
        kind, number = layer.rsplit("_", 1)
        names[f"{kind}_{int(number) - 1}/{weight}" if number != "1" else f"{kind}/{weight}"] = value
    return names, outputs


def encode(tensors, metadata):
    """As the safetensors library does: by size of the type, then by name; padded to 8 bytes."""
    order = sorted(tensors, key=lambda name: (-tensors[name].itemsize, name))
    header, offset = {"__metadata__": metadata}, 0
    for name in order:
        value = tensors[name]
        dtype = {"float32": "F32", "float64": "F64", "int64": "I64"}[value.dtype.name]
        header[name] = {"dtype": dtype, "shape": list(value.shape), "data_offsets": [offset, offset + value.nbytes]}
        offset += value.nbytes
    text = json.dumps(header, separators=(",", ":")).encode("utf-8")
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(np.ascontiguousarray(tensors[name]).tobytes() for name in order)


def files():
    result, outputs = {}, {}
    for name in MODULES:
        state, outputs[name] = pytorch(name)
        result[f"pytorch_{name}"] = encode(state, {"format": "pt"})
    names, outputs["keras"] = keras()
    result["keras_thinner_deeper"] = encode(names, {"format": "tf"})
    result["outputs"] = encode({name: value.astype("<f8") for name, value in outputs.items()}, {"format": "pt"})
    return result


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    check, bad = sys.argv[1:] == ["--check"], 0
    for name, content in files().items():
        path = HERE / f"{name}.safetensors"
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        elif path.read_bytes() == content:
            pass
        elif name == "outputs":                                                   # another BLAS
            ours, theirs = golden.decode(strip(content)), golden.decode(strip(path.read_bytes()))
            worst = max(golden.deviation(ours[key], theirs[key]) for key in ours)
            print(f"{name}: differs, worst {worst:.1e}")
            bad |= worst > 1e-11
        else:
            print(f"{name}: differs")
            bad = 1
        print(f"{name}: {len(content):,} bytes")
    sys.exit(bad)


def strip(content):
    """Without its metadata, which decode does not know."""
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8:8 + length])
    header.pop("__metadata__")
    text = json.dumps(header).encode("utf-8")
    return struct.pack("<Q", len(text)) + text + content[8 + length:]


if __name__ == "__main__":
    main()
