#!/usr/bin/env python3
"""Activations, PReLU and dirac_ as PyTorch computes them in float64, on inputs of the integer formula of README.md.

    python3 make_activations.py            write activations.safetensors
    python3 make_activations.py --check    recompute and compare with the file

Needs what make_goldens.py needs.
"""
import torch
import torch.nn.functional as F

import make_goldens as golden

# PyTorch's own softplus is x beyond a threshold of 20, and off by 2e-9 there.
ACTIVATIONS = {
    "relu6": F.relu6,
    "selu": F.selu,
    "hard_silu": F.hardswish,
    "softplus": lambda x: F.softplus(x, threshold=700),
}

# name, input in NHWC order, slopes in NanoConv's shape; PyTorch has one for each channel, or a single one
SLOPES = [
    ("channels", (2, 3, 4, 9), (1, 1, 9)),
    ("one", (2, 3, 2, 5), (1, 1, 1)),
    ("features", (3, 19), (19,)),
    ("one_of_features", (3, 7), (1,)),
]

# height, width, in, out
KERNELS = [(3, 3, 2, 5), (3, 3, 5, 2), (1, 1, 3, 3), (2, 4, 3, 4), (5, 2, 1, 3)]


def prelu(x, alpha):
    y = F.prelu(x.movedim(-1, 1), alpha.flatten())
    return y.movedim(1, -1)


def dirac(shape):
    height, width, channels, filters = shape
    kernel = torch.empty(filters, channels, height, width, dtype=torch.float64)
    return torch.nn.init.dirac_(kernel).permute(2, 3, 1, 0)


def files():
    maker, tensors = golden.Maker(torch.float64), {}
    for name, function in ACTIVATIONS.items():
        case = f"activation/{name}"
        tensors |= maker.operation(case, None, {"input": golden.symmetric(f"{case}/input", (6, 37), 9.0)}, function)
    for name, shape, slopes in SLOPES:
        case = f"prelu/{name}"
        inputs = {"input": golden.symmetric(f"{case}/input", shape), "alpha": golden.symmetric(f"{case}/alpha", slopes)}
        tensors |= maker.operation(case, None, inputs, prelu)
    for shape in KERNELS:
        tensors[f"dirac/{'x'.join(map(str, shape))}/kernel"] = dirac(shape)
    return {"activations.safetensors": {name: golden.as_float64(value) for name, value in tensors.items()}}


if __name__ == "__main__":
    golden.run("Activations, PReLU and dirac_, computed by PyTorch.", files)
