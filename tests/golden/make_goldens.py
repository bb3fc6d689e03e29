#!/usr/bin/env python3
"""Golden values for NanoConv's tests, computed by PyTorch in float64.

    python3 make_goldens.py            write the files beside this script
    python3 make_goldens.py --check    recompute and compare with the files
    python3 make_goldens.py --float    recompute in float32 and print how far that is from the files

Needs PyTorch (1.13 is what made the committed files) and NumPy, nothing else. README.md says what is in the
files and how a test repeats the inputs. Everything here is in NanoConv's layouts: NHWC activations, HWIO
convolution kernels, [in, out] dense kernels, features flattened in NHWC order. The permutations into PyTorch's
layouts happen inside the differentiated functions, so that gradients come out in NanoConv's layouts by themselves.
"""
import argparse
import json
import math
import pathlib
import struct
import sys

import numpy as np
import torch
import torch.nn.functional as F

HERE = pathlib.Path(__file__).resolve().parent

# ---------------------------------------------------------------------------------------------------------------
# The integer formula: element i of the tensor called `name` is output i of SplitMix64 seeded with FNV-1a(name).


def fnv1a(name):
    """64-bit FNV-1a hash of the name's UTF-8 bytes."""
    h = 0xCBF29CE484222325
    for byte in name.encode("utf-8"):
        h = ((h ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return h


def bits(name, count):
    """uint64[count]; NumPy's integer arithmetic on arrays wraps modulo 2^64, as C#'s does."""
    z = np.uint64(fnv1a(name)) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def symmetric(name, shape, limit=1.0):
    """Uniform in [-limit, limit): 2u - 1 is exact, so the product with the limit is the only rounding."""
    unit = (bits(name, math.prod(shape)) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return ((2.0 * unit - 1.0) * limit).reshape(shape)


def byte_values(name, shape):
    """The top byte: 0..255, as float64."""
    return (bits(name, math.prod(shape)) >> np.uint64(56)).astype(np.float64).reshape(shape)


def images(name, count):
    """Byte images scaled to [0, 1], NHWC."""
    return byte_values(name, (count, 32, 32, 3)) / 255.0


def labels(name, count):
    return ((bits(name, count) >> np.uint64(32)) % np.uint64(10)).astype(np.int64)


# ---------------------------------------------------------------------------------------------------------------
# The operations, in NanoConv's layouts.


def same(size, kernel, stride):
    """Keras's padding 'same' along one axis: (before, after)."""
    total = max(0, (-(-size // stride) - 1) * stride + kernel - size)
    return total // 2, total - total // 2


def pads_of(padding, size, kernel, strides):
    """(top, bottom, left, right) of 'valid', 'same' or the explicit four numbers."""
    if padding == "valid":
        return 0, 0, 0, 0
    if padding == "same":
        return *same(size[0], kernel[0], strides[0]), *same(size[1], kernel[1], strides[1])
    return padding


def pad_nchw(x, pads, value):
    """x NHWC -> padded, contiguous NCHW."""
    top, bottom, left, right = pads
    return F.pad(x.permute(0, 3, 1, 2).contiguous(), (left, right, top, bottom), value=value)


def conv2d(x, kernel, bias, strides, pads):
    y = F.conv2d(pad_nchw(x, pads, 0.0), kernel.permute(3, 2, 0, 1), bias, strides)
    return y.permute(0, 2, 3, 1)


def max_pooling2d(x, pool, strides, pads):
    return F.max_pool2d(pad_nchw(x, pads, -math.inf), pool, strides).permute(0, 2, 3, 1)


def global_average_pooling2d(x):
    return F.adaptive_avg_pool2d(x.permute(0, 3, 1, 2).contiguous(), 1).flatten(1)


# ---------------------------------------------------------------------------------------------------------------
# The paper's networks, without dropout. A number pair is (filters, stride) of a 3x3 convolution, same, ReLU.

POOL = "pool"
NETWORKS = {
    "default": [(16, 1), (16, 2), (32, 1), (32, 2)],
    "maxpooling": [(16, 1), (16, 1), POOL, (32, 1), (32, 1), POOL],
    "thinner_deeper": [(8, 1), (8, 2), (16, 1), (16, 2), (32, 1), (32, 2)],
}
L1 = 1e-4
BIAS_LIMIT = 0.1
BATCH, TRACE_BATCH, TRACE_STEPS = 4, 8, 10
# Which of many equally good sequences of batches the trace uses. On most of them some ReLU, maximum or sign(w) of
# the penalty sits so near its kink that a change of the weights by one float rounding moves a weight by a whole
# Adam step (README.md). These are sequences on which six such perturbed runs all stayed within 2e-5.
TRACE_VARIANT = {"default": 14, "maxpooling": 21, "thinner_deeper": 2}


def parameters_of(network):
    """Initial weights by the formula: {'conv2d_1/kernel': float64 array, ...}. Biases are not zero, to be seen."""
    result = {}

    def add(layer, shape, fan_in, fan_out):
        limit = math.sqrt(6.0 / (fan_in + fan_out))
        result[f"{layer}/kernel"] = symmetric(f"{network}/{layer}/kernel", shape, limit)
        result[f"{layer}/bias"] = symmetric(f"{network}/{layer}/bias", shape[-1:], BIAS_LIMIT)

    channels, side, index = 3, 32, 0
    for layer in NETWORKS[network]:
        if layer == POOL:
            side //= 2
            continue
        filters, stride = layer
        index += 1
        add(f"conv2d_{index}", (3, 3, channels, filters), 9 * channels, 9 * filters)
        channels, side = filters, side // stride
    features = side * side * channels
    add("dense_1", (features, 10), features, 10)
    return result


def logits_of(network, x, p):
    index = 0
    for layer in NETWORKS[network]:
        if layer == POOL:
            x = max_pooling2d(x, (2, 2), (2, 2), (0, 0, 0, 0))
            continue
        _, stride = layer
        index += 1
        pads = pads_of("same", x.shape[1:3], (3, 3), (stride, stride))
        x = torch.relu(conv2d(x, p[f"conv2d_{index}/kernel"], p[f"conv2d_{index}/bias"], (stride, stride), pads))
    return x.flatten(1) @ p["dense_1/kernel"] + p["dense_1/bias"]


class Maker:
    """Makes every golden file's tensors in one floating-point type."""

    def __init__(self, dtype):
        self.dtype = dtype

    def leaf(self, array):
        return torch.tensor(array, dtype=self.dtype, requires_grad=True)

    def gradients(self, network):
        """One batch: logits, loss (cross-entropy alone, without the penalty) and all its gradients."""
        p = {name: self.leaf(value) for name, value in parameters_of(network).items()}
        x = self.leaf(images(f"{network}/gradient/images", BATCH))
        y = torch.tensor(labels(f"{network}/gradient/labels", BATCH))
        logits = logits_of(network, x, p)
        loss = F.cross_entropy(logits, y)
        loss.backward()
        tensors = {
            "gradient/labels": y,
            "gradient/logits": logits,
            "gradient/probabilities": torch.softmax(logits, 1),
            "gradient/loss": loss,
            "gradient/penalty": L1 * p["dense_1/kernel"].abs().sum(),
            "gradient/input": x.grad,
        }
        return tensors | {f"gradient/{name}": value.grad for name, value in p.items()}

    def trace(self, network, prefix="trace", epsilon_hat=False):
        """Ten steps of Adam on ten batches; the loss is cross-entropy plus the L1 penalty of the dense kernel."""
        p = {name: self.leaf(value) for name, value in parameters_of(network).items()}
        optimizer = torch.optim.Adam(p.values(), lr=1e-3, betas=(0.9, 0.999), eps=1e-7)
        entropies, penalties = [], []
        for step in range(1, TRACE_STEPS + 1):
            batch = f"{network}/trace_{TRACE_VARIANT[network]}/step_{step}"
            x = torch.tensor(images(f"{batch}/images", TRACE_BATCH), dtype=self.dtype)
            y = torch.tensor(labels(f"{batch}/labels", TRACE_BATCH))
            entropy = F.cross_entropy(logits_of(network, x, p), y)
            penalty = L1 * p["dense_1/kernel"].abs().sum()
            optimizer.zero_grad(set_to_none=True)
            (entropy + penalty).backward()
            adam_step(optimizer, step, epsilon_hat)
            entropies.append(entropy.detach())
            penalties.append(penalty.detach())
        entropies, penalties = torch.stack(entropies), torch.stack(penalties)
        tensors = {
            f"{prefix}/loss": entropies + penalties,
            f"{prefix}/crossentropy": entropies,
            f"{prefix}/penalty": penalties,
        }
        return tensors | {f"{prefix}/{name}": value for name, value in p.items()}

    # -- single operations: every input is stored beside the results --------------------------------------------

    def operation(self, case, geometry, inputs, function):
        """Output and gradients of function(*inputs) for a cotangent given by the formula."""
        leaves = {name: self.leaf(value) for name, value in inputs.items()}
        output = function(*leaves.values())
        d_output = symmetric(f"{case}/d_output", tuple(output.shape))
        output.backward(torch.tensor(d_output, dtype=self.dtype))
        tensors = {f"{case}/geometry": np.array(geometry, np.float64)} if geometry else {}
        tensors |= {f"{case}/{name}": value for name, value in inputs.items()}
        tensors |= {f"{case}/output": output, f"{case}/d_output": d_output}
        return tensors | {f"{case}/d_{name}": leaf.grad for name, leaf in leaves.items()}

    def convolutions(self):
        tensors = {}
        for name, (n, h, w, c), filters, kernel, strides, padding in CONVOLUTIONS:
            case = f"conv2d/{name}"
            pads = pads_of(padding, (h, w), kernel, strides)
            inputs = {
                "input": symmetric(f"{case}/input", (n, h, w, c)),
                "kernel": symmetric(f"{case}/kernel", (*kernel, c, filters)),
                "bias": symmetric(f"{case}/bias", (filters,)),
            }
            relu = torch.relu if name.endswith("_relu") else lambda y: y
            tensors |= self.operation(case, (*kernel, *strides, *pads), inputs,
                                      lambda x, k, b: relu(conv2d(x, k, b, strides, pads)))
        return tensors

    def poolings(self):
        tensors = {}
        for name, (n, h, w, c), pool, strides, padding in POOLINGS:
            case = f"max_pooling2d/{name}"
            pads = pads_of(padding, (h, w), pool, strides)
            if name.startswith("ties"):      # few distinct values: the first maximum in row-major order takes all
                x = byte_values(f"{case}/input", (n, h, w, c)) % 3.0
            else:                            # all negative: padding that counts as zero would win
                x = symmetric(f"{case}/input", (n, h, w, c)) - 2.0
            tensors |= self.operation(case, (*pool, *strides, *pads), {"input": x},
                                      lambda x: max_pooling2d(x, pool, strides, pads))
        for name, shape in (("small", (2, 3, 4, 5)), ("tails", (2, 5, 7, 19)), ("one_pixel", (2, 1, 1, 4))):
            case = f"global_average_pooling2d/{name}"
            tensors |= self.operation(case, None, {"input": symmetric(f"{case}/input", shape)}, global_average_pooling2d)
        return tensors

    def dense_and_softmax(self):
        tensors = {}
        for name, n, features, units in (("small", 3, 7, 5), ("tails", 5, 37, 19), ("one_relu", 1, 16, 10)):
            case = f"dense/{name}"
            inputs = {
                "input": symmetric(f"{case}/input", (n, features)),
                "kernel": symmetric(f"{case}/kernel", (features, units)),
                "bias": symmetric(f"{case}/bias", (units,)),
            }
            relu = torch.relu if name.endswith("_relu") else lambda y: y
            tensors |= self.operation(case, None, inputs, lambda x, k, b: relu(x @ k + b))

        for name, shape, scale in (("small", (4, 10), 3.0), ("tails", (3, 19), 1.0)):
            case = f"softmax/{name}"
            tensors |= self.operation(case, None, {"input": symmetric(f"{case}/input", shape, scale)},
                                      lambda x: torch.softmax(x, 1))

        for name, n, classes in (("small", 5, 10), ("soft_targets", 4, 7), ("extreme", 4, 5)):
            case = f"softmax_crossentropy/{name}"
            if name == "extreme":            # +-1e4: the right class far ahead, far behind, all equal, two ahead
                z = np.array([[1e4, -1e4, 0, 0, 0], [-1e4, 1e4, 0, 0, 0], [1e4] * 5, [1e4, 1e4, -1e4, 0, 0]])
                targets = np.eye(classes)[np.zeros(n, np.int64)]
            elif name == "soft_targets":
                z = symmetric(f"{case}/logits", (n, classes), 3.0)
                targets = byte_values(f"{case}/targets", (n, classes)) + 1.0
                targets /= targets.sum(1, keepdims=True)
            else:
                z = symmetric(f"{case}/logits", (n, classes), 3.0)
                targets = np.eye(classes)[labels(f"{case}/labels", n)]
            logits = self.leaf(z)
            loss = F.cross_entropy(logits, torch.tensor(targets, dtype=self.dtype))
            loss.backward()
            tensors |= {
                f"{case}/logits": z,
                f"{case}/targets": targets,
                f"{case}/probabilities": torch.softmax(logits, 1),
                f"{case}/loss": loss,
                f"{case}/d_logits": logits.grad,
            }
        return tensors

    def optimizers(self):
        """Weights after each of 20 steps on given gradients."""
        steps, size = 20, 12
        start = symmetric("optimizer/start", (size,))
        gradients = symmetric("optimizer/gradients", (steps, size))
        gradients[:, :8] *= [1.0, 1e-1, 1e-2, 1e-4, 1e-6, 1e-7, 1e-8, 1e-10]     # down to where epsilon rules
        gradients[:, 8] = 0.0                # never a gradient
        gradients[1:, 9] = 0.0               # one, then only what the moments remember
        gradients[:10, 10] = 0.0             # late
        gradients[:, 11] = np.abs(gradients[:, 11])      # always the same sign

        tensors = {"optimizer/start": start, "optimizer/gradients": gradients}

        def run(case, hyperparameters, make, step_with):
            w = self.leaf(start)
            optimizer = make([w])
            history = []
            for step in range(1, steps + 1):
                w.grad = torch.tensor(gradients[step - 1], dtype=self.dtype)
                step_with(optimizer, step)
                history.append(w.detach().clone())
            tensors[f"{case}/hyperparameters"] = np.array(hyperparameters, np.float64)
            tensors[f"{case}/weights"] = torch.stack(history)

        for name, momentum, nesterov in (("plain", 0.0, False), ("momentum", 0.9, False), ("nesterov", 0.9, True)):
            run(f"sgd/{name}", (0.05, momentum, nesterov),
                lambda w: torch.optim.SGD(w, lr=0.05, momentum=momentum, nesterov=nesterov),
                lambda optimizer, _: optimizer.step())
        for name, lr, beta1, beta2, eps in (("default", 1e-3, 0.9, 0.999, 1e-7), ("custom", 0.01, 0.8, 0.99, 1e-3)):
            for kind, hat in (("adam", False), ("adam_epsilon_hat", True)):
                run(f"{kind}/{name}", (lr, beta1, beta2, eps),
                    lambda w: torch.optim.Adam(w, lr=lr, betas=(beta1, beta2), eps=eps),
                    lambda optimizer, step: adam_step(optimizer, step, hat, eps))
        return tensors

    # -- a residual network with batch normalisation ----------------------------------------------------------------

    def residual_step(self, x, p, moving):
        """Logits in training; the moving averages go on, as Keras has them and, of the mean, as PyTorch's own do."""
        x = normalised_conv(x, p, moving, 1, 1).relu()
        y = normalised_conv(x, p, moving, 2, 1).relu()
        x = (x + normalised_conv(y, p, moving, 3, 1)).relu()
        x = (normalised_conv(x, p, moving, 4, 2) + normalised_conv(x, p, moving, 5, 2)).relu()
        return x.flatten(1) @ p["dense/kernel"] + p["dense/bias"]

    def residual_parameters(self):
        p = {}
        for index, (size, channels, filters) in enumerate(RESIDUAL, 1):
            limit = math.sqrt(6.0 / (size * size * (channels + filters)))
            p[f"conv_{index}/kernel"] = symmetric(f"residual/conv_{index}/kernel", (size, size, channels, filters), limit)
            p[f"norm_{index}/gamma"] = 1.0 + symmetric(f"residual/norm_{index}/gamma", (filters,), 0.3)
            p[f"norm_{index}/beta"] = symmetric(f"residual/norm_{index}/beta", (filters,), 0.3)
        p["dense/kernel"] = symmetric("residual/dense/kernel", (108, 4), math.sqrt(6.0 / 112))
        p["dense/bias"] = symmetric("residual/dense/bias", (4,), BIAS_LIMIT)
        return {name: self.leaf(value) for name, value in p.items()}

    def residual(self):
        """One batch's gradients, and ten steps of SGD with momentum on ten others."""
        def batch(name):
            x = symmetric(f"residual/{name}/images", (8, 6, 6, 3))
            return self.leaf(x), torch.tensor((labels(f"residual/{name}/labels", 8) % 4))

        p = self.residual_parameters()
        (x, y), moving = batch("gradient"), Moving(self.dtype)
        logits = self.residual_step(x, p, moving)
        loss = F.cross_entropy(logits, y)
        loss.backward()
        tensors = {"gradient/logits": logits, "gradient/loss": loss, "gradient/input": x.grad}
        tensors |= {f"gradient/{name}": value.grad for name, value in p.items()}

        p, moving, losses = self.residual_parameters(), Moving(self.dtype), []
        optimizer = torch.optim.SGD(p.values(), lr=0.05, momentum=0.9)
        for step in range(1, TRACE_STEPS + 1):
            x, y = batch(f"step_{step}")
            loss = F.cross_entropy(self.residual_step(x, p, moving), y)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        tensors |= {"trace/loss": torch.stack(losses)} | {f"trace/{name}": value for name, value in p.items()}
        tensors |= {f"trace/norm_{index}/moving_{kind}": value for (index, kind), value in moving.values.items()}
        moving.is_training = False
        x, _ = batch("gradient")
        return tensors | {"trace/probabilities": torch.softmax(self.residual_step(x, p, moving), 1)}

    def files(self):
        """{file name: {tensor name: value}}"""
        result = {}
        for network in NETWORKS:
            result[f"{network}.safetensors"] = self.gradients(network) | self.trace(network)
        result["thinner_deeper.safetensors"] |= self.trace("thinner_deeper", "trace_epsilon_hat", epsilon_hat=True)
        result["operations.safetensors"] = self.convolutions() | self.poolings() | self.dense_and_softmax()
        result["optimizers.safetensors"] = self.optimizers()
        result["residual.safetensors"] = self.residual()
        return {file: {name: as_float64(value) for name, value in tensors.items()}
                for file, tensors in result.items()}


def adam_step(optimizer, step, epsilon_hat, epsilon=1e-7):
    """torch.optim.Adam computes lr * m_hat / (sqrt(v_hat) + eps), algorithm 1 of the Adam paper. The paper's other
    form, which Keras's code has, is lr * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + eps): the same with
    eps / sqrt(1 - beta2^t) in the place of eps."""
    for group in optimizer.param_groups:
        group["eps"] = epsilon / math.sqrt(1.0 - group["betas"][1] ** step) if epsilon_hat else epsilon
    optimizer.step()


class Moving:
    """Moving averages, which start as 0 and 1. Keras divides the batch's variance by n, PyTorch's own average by n - 1: so it is not used."""

    def __init__(self, dtype):
        self.dtype, self.values, self.is_training = dtype, {}, True

    def go_on(self, index, x):
        for kind, start, value in (("mean", 0.0, x.mean((0, 1, 2))), ("variance", 1.0, x.var((0, 1, 2), unbiased=False))):
            old = self.values.get((index, kind), torch.full_like(value, start))
            self.values[index, kind] = (0.99 * old + 0.01 * value).detach()


def normalised_conv(x, p, moving, index, stride):
    """Convolution without bias, same padding, then PyTorch's batch normalisation with Keras's epsilon."""
    kernel = p[f"conv_{index}/kernel"]
    size = kernel.shape[0]
    x = conv2d(x, kernel, None, (stride, stride), pads_of("same", x.shape[1:3], (size, size), (stride, stride)))
    gamma, beta = p[f"norm_{index}/gamma"], p[f"norm_{index}/beta"]
    nchw = x.permute(0, 3, 1, 2)
    if moving.is_training:
        moving.go_on(index, x.detach())
        y = F.batch_norm(nchw, None, None, gamma, beta, training=True, eps=1e-3)
    else:
        y = F.batch_norm(nchw, moving.values[index, "mean"], moving.values[index, "variance"], gamma, beta, training=False, eps=1e-3)
    return y.permute(0, 2, 3, 1)


# kernel size, channels and filters of the residual network's convolutions; the last two have stride 2
RESIDUAL = [(3, 3, 8), (3, 8, 8), (3, 8, 8), (3, 8, 12), (1, 8, 12)]

# name, input NHWC, filters, kernel, strides, padding ('same', 'valid' or top, bottom, left, right)
CONVOLUTIONS = [
    ("valid_3x3", (2, 7, 9, 3), 4, (3, 3), (1, 1), "valid"),
    ("same_3x3", (2, 6, 7, 4), 17, (3, 3), (1, 1), "same"),
    ("same_3x3_stride2_even", (2, 8, 6, 16), 5, (3, 3), (2, 2), "same"),
    ("same_3x3_stride2_odd", (2, 7, 9, 5), 8, (3, 3), (2, 2), "same"),
    ("same_3x3_stride2_even_odd_relu", (2, 8, 7, 3), 16, (3, 3), (2, 2), "same"),
    ("same_2x2", (1, 5, 4, 2), 3, (2, 2), (1, 1), "same"),
    ("same_4x4_stride2", (2, 8, 9, 2), 3, (4, 4), (2, 2), "same"),
    ("same_5x5_stride3", (1, 10, 11, 3), 4, (5, 5), (3, 3), "same"),
    ("same_7x7_larger_than_input", (2, 4, 5, 2), 3, (7, 7), (1, 1), "same"),
    ("same_1x1_stride2", (2, 5, 6, 9), 18, (1, 1), (2, 2), "same"),
    ("valid_1x1", (3, 4, 3, 8), 16, (1, 1), (1, 1), "valid"),
    ("valid_1x7", (1, 3, 10, 3), 5, (1, 7), (1, 1), "valid"),
    ("valid_7x1_stride1x2", (1, 9, 7, 2), 4, (7, 1), (1, 2), "valid"),
    ("valid_7x6_stride4", (3, 12, 14, 1), 4, (7, 6), (4, 4), "valid"),
    ("valid_2x3_stride3x4", (2, 9, 12, 3), 7, (2, 3), (3, 4), "valid"),
    ("valid_3x3_stride2_unused_rows", (2, 6, 8, 4), 3, (3, 3), (2, 2), "valid"),
    ("same_2x2_stride3", (1, 7, 8, 2), 3, (2, 2), (3, 3), "same"),
    ("explicit_5x3_stride1x2", (2, 6, 7, 3), 6, (5, 3), (1, 2), (2, 0, 1, 3)),
    ("explicit_4x6_stride2x3", (1, 7, 8, 5), 4, (4, 6), (2, 3), (0, 3, 4, 1)),
    ("explicit_2x2_padding_wider_than_kernel", (1, 3, 4, 2), 3, (2, 2), (1, 1), (3, 0, 0, 4)),
]

# name, input NHWC, pool, strides, padding
POOLINGS = [
    ("valid_2x2", (2, 6, 8, 5), (2, 2), (2, 2), "valid"),
    ("valid_2x2_odd_size", (2, 7, 5, 9), (2, 2), (2, 2), "valid"),
    ("valid_3x3_stride2_overlap", (2, 7, 9, 3), (3, 3), (2, 2), "valid"),
    ("valid_2x2_stride3", (1, 8, 7, 4), (2, 2), (3, 3), "valid"),
    ("same_3x3_stride1", (2, 5, 6, 4), (3, 3), (1, 1), "same"),
    ("same_3x3_stride2_even", (2, 8, 6, 17), (3, 3), (2, 2), "same"),
    ("same_2x2_odd_size", (1, 5, 7, 3), (2, 2), (2, 2), "same"),
    ("explicit_3x4_stride2x3", (2, 6, 9, 5), (3, 4), (2, 3), (1, 0, 2, 1)),
    ("ties_2x2", (2, 6, 6, 5), (2, 2), (2, 2), "valid"),
    ("ties_3x3_stride1_same", (2, 5, 6, 4), (3, 3), (1, 1), "same"),
]

# ---------------------------------------------------------------------------------------------------------------
# safetensors: 8 bytes little-endian header length, JSON header, row-major data.


def as_float64(value):
    if isinstance(value, torch.Tensor):
        value = value.detach().numpy()
    return np.array(value, dtype="<f8", order="C")       # labels and geometries too: one type to read


def encode(tensors):
    header, offset = {}, 0
    for name, value in tensors.items():
        header[name] = {"dtype": "F64", "shape": list(value.shape), "data_offsets": [offset, offset + value.nbytes]}
        offset += value.nbytes
    text = json.dumps(header, separators=(",", ":")).encode("ascii")
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(value.tobytes() for value in tensors.values())


def decode(data):
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + length])
    return {name: np.frombuffer(data[8 + length + entry["data_offsets"][0]:8 + length + entry["data_offsets"][1]],
                                "<f8").reshape(entry["shape"]) for name, entry in header.items()}


def deviation(actual, expected):
    """Largest difference relative to the largest expected magnitude of the tensor."""
    scale = np.abs(expected).max()
    return np.abs(actual - expected).max() / (scale if scale > 0 else 1.0)


def check(files):
    """Bit-identical on the machine that wrote the files; elsewhere (another BLAS, another PyTorch) to 1e-11."""
    worst_of_all = 0.0
    for file, tensors in files.items():
        path = HERE / file
        data = path.read_bytes() if path.exists() else b""
        if data == encode(tensors):
            print(f"{file}: identical")
            continue
        committed = decode(data) if data else {}
        if {n: v.shape for n, v in committed.items()} != {n: v.shape for n, v in tensors.items()}:
            print(f"{file}: missing, or holds other tensors")
            worst_of_all = math.inf
            continue
        worst, name = max((deviation(tensors[name], committed[name]), name) for name in tensors)
        print(f"{file}: differs, worst {worst:.1e} in {name}")
        worst_of_all = max(worst_of_all, worst)
    return worst_of_all <= 1e-11


def write(files):
    for file, tensors in files.items():
        (HERE / file).write_bytes(encode(tensors))
        print(f"{file}: {len(tensors)} tensors, {(HERE / file).stat().st_size:,} bytes")


def run(description, make, warn_only=False):
    """What a script of one family does: makes its files, or compares them."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--check", action="store_true", help="compare with the committed file; write nothing")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True, warn_only=warn_only)
    files = make()
    if options.check:
        sys.exit(0 if check(files) else 1)
    write(files)


def compare_float(files):
    print("float32 against the files: largest difference / largest magnitude, per tensor group, worst tensor")
    for file, tensors in files.items():
        committed = decode((HERE / file).read_bytes())
        groups = {}
        for name in tensors:
            group = name.split("/")[0]
            groups[group] = max(groups.get(group, (0.0, "")), (deviation(tensors[name], committed[name]), name))
        for worst, name in groups.values():
            print(f"  {file:28} {worst:8.1e}  {name}")


def print_formula():
    for name in ("", "default/conv2d_1/kernel", "default/dense_1/kernel"):
        z = bits(name, 2)
        print(f"  {name!r}: hash {fnv1a(name):#018x}, bits[0] {int(z[0]):#018x}, bits[1] {int(z[1]):#018x}")
    print("  default/conv2d_1/kernel", [float(v) for v in parameters_of("default")["conv2d_1/kernel"].ravel()[:2]])
    print("  default/dense_1/kernel", [float(v) for v in parameters_of("default")["dense_1/kernel"].ravel()[:2]])
    print("  default/dense_1/bias", [float(v) for v in parameters_of("default")["dense_1/bias"][:2]])
    print("  default/gradient/images, bytes", [int(v) for v in byte_values("default/gradient/images", (6,))])
    print("  default/gradient/labels", labels("default/gradient/labels", BATCH).tolist())


def main():
    parser = argparse.ArgumentParser(description="Golden values for NanoConv's tests, computed by PyTorch.")
    modes = parser.add_mutually_exclusive_group()
    modes.add_argument("--check", action="store_true", help="compare with the committed files; write nothing")
    modes.add_argument("--float", action="store_true", help="compare a float32 run with the committed files")
    modes.add_argument("--formula", action="store_true", help="print check values of the integer formula")
    options = parser.parse_args()

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    if options.formula:
        print_formula()
    elif options.float:
        compare_float(Maker(torch.float32).files())
    elif options.check:
        sys.exit(0 if check(Maker(torch.float64).files()) else 1)
    else:
        write(Maker(torch.float64).files())


if __name__ == "__main__":
    main()
