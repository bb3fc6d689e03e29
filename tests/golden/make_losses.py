#!/usr/bin/env python3
"""Losses as PyTorch computes them in float64: label smoothing, sums and means, weights of examples and of classes.

    python3 make_losses.py            write losses.safetensors
    python3 make_losses.py --check    recompute and compare with the file

An example's loss of several outputs is their mean, as in Keras. Needs what make_goldens.py needs.
"""
import torch
import torch.nn.functional as F

import make_goldens as golden

STEPS, RATE = 5, 0.1


def draw(name, shape, limit):
    return torch.tensor(golden.symmetric(f"losses/{name}", shape, limit))


def reductions(prefix, outputs, weights, losses):
    """{name: loss and gradient of the outputs} of the mean, the sum and the weighted sum by the number of examples."""
    tensors = {}
    for name, scalar in {
        "mean": lambda values: values.mean(),
        "sum": lambda values: values.sum(),
        "weighted": lambda values: (values * weights).sum() / len(values),
    }.items():
        x = outputs.clone().requires_grad_()
        value = scalar(losses(x))
        value.backward()
        tensors |= {f"{prefix}/{name}_loss": value.detach(), f"{prefix}/{name}_gradient": x.grad}
    return tensors | {f"{prefix}/outputs": outputs, f"{prefix}/weights": weights}


def weights_of(name, examples):
    """From 0 to 2, and one that is 0."""
    weights = 1 + draw(f"{name}/weights", (examples,), 1)
    weights[1] = 0
    return weights


def categorical(name, rows, classes, smoothing, limit):
    logits = draw(f"{name}/outputs", (rows, classes), limit)
    labels = torch.tensor(golden.labels(f"losses/{name}/labels", rows)) % classes
    tensors = reductions(name, logits, weights_of(name, rows),
                         lambda x: F.cross_entropy(x, labels, label_smoothing=smoothing, reduction="none"))
    of_classes = 1.5 + draw(f"{name}/class_weights", (classes,), 1)
    x = logits.clone().requires_grad_()
    loss = F.cross_entropy(x, labels, weight=of_classes, reduction="sum")
    loss.backward()
    return tensors | {f"{name}/targets": F.one_hot(labels, classes), f"{name}/smoothing": smoothing, f"{name}/class_weights": of_classes,
                      f"{name}/classes_loss": loss.detach(), f"{name}/classes_gradient": x.grad}


def binary(name, rows, outputs, smoothing, limit):
    logits = draw(f"{name}/outputs", (rows, outputs), limit)
    targets = (draw(f"{name}/targets", (rows, outputs), 1) > 0).double()
    targets[-1] = 0.25
    smoothed = targets * (1 - smoothing) + smoothing / 2
    tensors = reductions(name, logits, weights_of(name, rows),
                         lambda x: F.binary_cross_entropy_with_logits(x, smoothed, reduction="none").mean(1))
    return tensors | {f"{name}/targets": targets, f"{name}/smoothing": smoothing}


def squared(name, rows, outputs):
    targets = draw(f"{name}/targets", (rows, outputs), 3)
    tensors = reductions(name, draw(f"{name}/outputs", (rows, outputs), 3), weights_of(name, rows),
                         lambda x: F.mse_loss(x, targets, reduction="none").mean(1))
    return tensors | {f"{name}/targets": targets, f"{name}/smoothing": 0.0}


def trace():
    """A sigmoid of a matrix product, trained on the weighted sum of a batch of six."""
    x, weights = draw("trace/inputs", (6, 5), 1), weights_of("trace", 6)
    targets = (draw("trace/targets", (6, 2), 1) > 0).double()
    kernel, bias = draw("trace/start_kernel", (5, 2), 1), draw("trace/start_bias", (2,), 0.1)
    tensors = {f"trace/{name}": value.clone() for name, value in
               {"inputs": x, "weights": weights, "targets": targets, "start_kernel": kernel, "start_bias": bias}.items()}
    parameters, losses = [kernel.requires_grad_(), bias.requires_grad_()], []
    optimizer = torch.optim.SGD(parameters, lr=RATE)
    for _ in range(STEPS):
        optimizer.zero_grad()
        smoothed = targets * 0.9 + 0.05
        loss = (F.binary_cross_entropy_with_logits(x @ kernel + bias, smoothed, reduction="none").mean(1) * weights).sum()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return tensors | {"trace/loss": losses, "trace/kernel": kernel.detach(), "trace/bias": bias.detach()}


def files():
    tensors = trace()
    for case in [("categorical/plain", 4, 3, 0.0, 2), ("categorical/smoothed", 5, 10, 0.1, 3), ("categorical/wide", 3, 5, 0.3, 1000),
                 ("categorical/all_smoothed", 3, 4, 1.0, 2)]:
        tensors |= categorical(*case)
    for case in [("binary/one", 6, 1, 0.0, 3), ("binary/several", 4, 7, 0.2, 3), ("binary/wide", 4, 3, 0.0, 1000)]:
        tensors |= binary(*case)
    for case in [("squared/one", 5, 1), ("squared/several", 3, 9)]:
        tensors |= squared(*case)
    return {"losses.safetensors": {name: golden.as_float64(value) for name, value in tensors.items()}}


if __name__ == "__main__":
    golden.run("Losses, computed by PyTorch.", files)
