#!/usr/bin/env python3
"""Five steps of bench/pytorch/resnet20.py in float64, from weights and on pictures of the integer formula of README.md.

    python3 make_resnet20.py            write resnet20.safetensors
    python3 make_resnet20.py --check    recompute and compare with the file

The same network, its losses, moving averages and a prediction by them. Needs what make_goldens.py needs.
"""
import argparse
import math
import sys

import torch

import make_goldens as golden

sys.path.insert(0, str(golden.HERE.parents[1] / "bench" / "pytorch"))
import resnet20  # noqa: E402

IMAGES, STEPS, RATE = 8, 5, 0.01


def weights(model):
    """{name: value in NanoConv's layouts}; gamma around 1, all others around 0."""
    def draw(name, shape, limit):
        return torch.tensor(golden.symmetric(f"resnet20/{name}", shape, limit))

    tensors = {}
    for i, conv in enumerate(model.convs, 1):
        filters, channels = conv.weight.shape[:2]
        tensors[f"conv_{i}/kernel"] = draw(f"conv_{i}/kernel", (3, 3, channels, filters), math.sqrt(6 / (9 * channels)))
        tensors[f"norm_{i}/gamma"] = 1 + draw(f"norm_{i}/gamma", (filters,), 0.3)
        tensors[f"norm_{i}/beta"] = draw(f"norm_{i}/beta", (filters,), 0.3)
    tensors["dense/kernel"] = draw("dense/kernel", (64, resnet20.CLASSES), math.sqrt(6 / 64))
    return tensors | {"dense/bias": draw("dense/bias", (resnet20.CLASSES,), 0.1)}


def batch(name):
    pixels = torch.tensor(golden.byte_values(f"resnet20/{name}/images", (IMAGES, 32, 32, 3)))
    return pixels.permute(0, 3, 1, 2), torch.tensor(golden.labels(f"resnet20/{name}/labels", IMAGES))


def count_as_keras(norm, values):
    """Keras divides a batch's variance by n, PyTorch, in its moving average alone, by n - 1; the start of 1 is no batch's."""
    start = (1 - norm.momentum) ** STEPS
    norm.running_var = start + (norm.running_var - start) * (values - 1) / values


def trace():
    training = resnet20.Training(torch, argparse.Namespace(rate=RATE), torch.float64)
    resnet20.fill(training.model, weights(training.model))
    losses = [training.step(*batch(f"step_{step}"))[0] for step in range(1, STEPS + 1)]
    norms, sides = training.model.norms, [32] * 7 + [16] * 6 + [8] * 6
    for norm, side in zip(norms, sides):
        count_as_keras(norm, IMAGES * side * side)
    training.model.eval()
    with torch.no_grad():
        probabilities = torch.softmax(training.model(training.pixels(batch("test")[0])), 1)
    tensors = {"trace/loss": losses, "trace/probabilities": probabilities}
    for i in (1, 8, 19):
        tensors |= {f"trace/norm_{i}/moving_mean": norms[i - 1].running_mean, f"trace/norm_{i}/moving_variance": norms[i - 1].running_var}
    return {"resnet20.safetensors": {name: golden.as_float64(value) for name, value in tensors.items()}}


if __name__ == "__main__":
    golden.run("Five steps of ResNet-20, computed by PyTorch.", trace)
