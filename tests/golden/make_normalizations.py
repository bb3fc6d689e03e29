#!/usr/bin/env python3
"""Layer, group and instance normalisation, computed by PyTorch in float64, on inputs of the integer formula of README.md.

    python3 make_normalizations.py            write normalizations.safetensors
    python3 make_normalizations.py --check    recompute and compare with the file

Needs what make_goldens.py needs. Instance normalisation is PyTorch's own function for it, not its group normalisation.
"""
import torch
import torch.nn.functional as F

import make_goldens as golden

# name, input (examples first), axes from the end, epsilon
LAYERS = [
    ("features", (3, 37), 1, 1e-3),
    ("channels_of_pixels", (2, 2, 3, 19), 1, 1e-5),
    ("rows", (2, 3, 5, 6), 2, 0.1),
    ("pictures", (2, 5, 4, 3), 3, 1e-3),
    ("long_row", (1, 530), 1, 1e-3),
]

# name, input NHWC or features, groups (-1: instance normalisation), epsilon
GROUPS = [
    ("two_of_three", (2, 3, 4, 6), 2, 1e-3),
    ("one", (2, 4, 3, 5), 1, 1e-5),
    ("vectors", (1, 2, 3, 24), 3, 0.1),
    ("instances", (2, 4, 5, 9), -1, 1e-3),
    ("features", (3, 20), 4, 1e-3),
]


def group_norm(x, gamma, beta, groups, epsilon):
    channels_second = x.movedim(-1, 1)
    y = (F.instance_norm(channels_second, weight=gamma, bias=beta, eps=epsilon) if groups == -1
         else F.group_norm(channels_second, groups, gamma, beta, epsilon))
    return y.movedim(1, -1)


def operation(case, settings, shape, of_parameters, function):
    """Inputs, output and the gradients of sum(output * d_output). The inputs' mean is 2, so that a forgotten mean is seen."""
    given = {
        "input": golden.symmetric(f"{case}/input", shape) + 2.0,
        "gamma": golden.symmetric(f"{case}/gamma", of_parameters, 0.5) + 1.0,
        "beta": golden.symmetric(f"{case}/beta", of_parameters),
    }
    leaves = {name: torch.tensor(value, requires_grad=True) for name, value in given.items()}
    output = function(*leaves.values())
    cotangent = golden.symmetric(f"{case}/d_output", tuple(output.shape))
    output.backward(torch.tensor(cotangent))
    tensors = {f"{case}/settings": settings, f"{case}/output": output, f"{case}/d_output": cotangent}
    tensors |= {f"{case}/{name}": value for name, value in given.items()}
    return tensors | {f"{case}/d_{name}": leaf.grad for name, leaf in leaves.items()}


def files():
    tensors = {}
    for name, shape, axes, epsilon in LAYERS:
        normalized = shape[-axes:]
        tensors |= operation(f"layer_normalization/{name}", (axes, epsilon), shape, normalized,
                             lambda x, gamma, beta: F.layer_norm(x, normalized, gamma, beta, epsilon))
    for name, shape, groups, epsilon in GROUPS:
        tensors |= operation(f"group_normalization/{name}", (groups, epsilon), shape, shape[-1:],
                             lambda x, gamma, beta: group_norm(x, gamma, beta, groups, epsilon))
    return {"normalizations.safetensors": {name: golden.as_float64(value) for name, value in tensors.items()}}


if __name__ == "__main__":
    golden.run("Normalisations of each example by itself, computed by PyTorch.", files)
