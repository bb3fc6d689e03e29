#!/usr/bin/env python3
"""Pictures with borders of every kind, turned and shifted ones, and gradients, as PyTorch has them in float64.

    python3 make_augmentation.py            write augmentation.safetensors
    python3 make_augmentation.py --check    recompute and compare with the file

Needs what make_goldens.py needs.
"""
import math

import torch
import torch.nn.functional as F

import make_goldens as golden

HEIGHT, WIDTH, CHANNELS = 6, 5, 3
PADS = {"constant": "constant", "nearest": "replicate", "reflect": "reflect", "wrap": "circular"}
BORDERS = {"constant": "zeros", "nearest": "border", "reflect": "reflection"}


def nchw(x):
    return x.permute(2, 0, 1).unsqueeze(0)


def nhwc(x):
    return x.squeeze(0).permute(1, 2, 0)


def case(name, function, shape):
    """The output for a picture, and for a cotangent the picture's gradient."""
    x = torch.tensor(golden.symmetric(f"augmentation/{name}/input", (HEIGHT, WIDTH, CHANNELS))).requires_grad_()
    dy = torch.tensor(golden.symmetric(f"augmentation/{name}/d_output", (*shape, CHANNELS)))
    y = nhwc(function(nchw(x)))
    (dx,) = torch.autograd.grad(y, x, dy)
    return {f"{name}/input": x, f"{name}/output": y, f"{name}/d_output": dy, f"{name}/d_input": dx}


def grid(angle, down, right):
    """Where each pixel comes from, in PyTorch's coordinates: first the way back along the shift, then against the turn."""
    i, j = torch.meshgrid(torch.arange(HEIGHT, dtype=torch.float64), torch.arange(WIDTH, dtype=torch.float64), indexing="ij")
    east, north = j - right - (WIDTH - 1) / 2, (HEIGHT - 1) / 2 - (i - down)
    radians = 2 * math.pi * angle
    east, north = math.cos(radians) * east + math.sin(radians) * north, math.cos(radians) * north - math.sin(radians) * east
    return torch.stack((east / ((WIDTH - 1) / 2), -north / ((HEIGHT - 1) / 2)), dim=-1).unsqueeze(0)


def values():
    tensors = {}
    for mode, theirs in PADS.items():
        tensors |= case(f"pad/{mode}", lambda x: F.pad(x, (2, 3, 4, 1), theirs), (HEIGHT + 5, WIDTH + 5))
    for mode, theirs in BORDERS.items():
        for between in ("bilinear", "nearest"):
            for what, angle, down, right in (("turn", 0.07, 0, 0), ("shift", 0, 1.3, -2.2)):
                tensors |= case(
                    f"{what}/{mode}_{between}",
                    lambda x: F.grid_sample(x, grid(angle, down, right), between, theirs, align_corners=True),
                    (HEIGHT, WIDTH))
    return {"augmentation.safetensors": {name: golden.as_float64(value) for name, value in tensors.items()}}


if __name__ == "__main__":
    golden.run("Augmented pictures, computed by PyTorch.", values, warn_only=True)
