#!/usr/bin/env python3
"""The paper's networks in PyTorch: what NanoConv is measured against.

    python3 train.py                                     every network, format, thread count, way to wait; a table
    python3 train.py --network default --format channels_last --threads 2 --json
    python3 train.py --data DIR                          batches from CIFAR-10's binary files instead of noise
    python3 train.py --fit --network default --n 5000 --epochs 20 --seed 1 --data DIR

Needs PyTorch and NumPy. DIR is the folder with data_batch_1.bin ... test_batch.bin.

Throughput: eager mode, float32; a training step is forward, cross-entropy + L1 of the dense kernel, backward, Adam.
The batches are float tensors in the right memory format before the clock starts, the first steps are not counted,
activations are overwritten in place, gradients are set to None. Every setting runs in a process of its own, so that
thread pools and peak memory are its own. `mean` is work / time over the whole window, `best` the fastest step.

Waiting: with two threads OpenMP's workers spin at a barrier by default, which is fine on an idle machine and ruinous
when anything else runs (five times slower was seen); passive workers sleep. Two threads are measured both ways.

Padding: Keras's `same` at stride 2 on an even side pads at the end only. Turned by 180 degrees that is padding
at the beginning only, which is what PyTorch's padding=1 amounts to there. So on images turned by 180 degrees
padding=1 makes exactly Keras's network with every kernel turned too, without the copy that F.pad would cost.

--fit is the paper's protocol: the first n training images, the last tenth of them for validation, the rest shuffled
every epoch; prints a JSON line per epoch, with the accuracy on the 10,000 test images.
"""
import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

POOL = "pool"
NETWORKS = {       # (filters, stride) of 3x3 convolutions, same, ReLU
    "default": [(16, 1), (16, 2), (32, 1), (32, 2)],
    "maxpooling": [(16, 1), (16, 1), POOL, (32, 1), (32, 1), POOL],
    "thinner_deeper": [(8, 1), (8, 2), (16, 1), (16, 2), (32, 1), (32, 2)],
}
FORMATS = ("nchw", "channels_last")
WAITS = ("spin", "passive")


def import_torch(threads, wait):
    """OpenMP reads its settings when it is loaded, so they are made before torch is imported."""
    os.environ.pop("OMP_WAIT_POLICY", None)
    if wait == "passive":
        os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
    import torch
    torch.set_num_threads(threads)
    return torch


def build(network, memory_format, dropout=0.5):
    """-> (model, weight of its dense layer)"""
    import torch
    from torch import nn

    class Flatten(nn.Module):
        def forward(self, x):      # a view in either format: each flattens in its own memory order
            return x.permute(0, 2, 3, 1).flatten(1) if memory_format == torch.channels_last else x.flatten(1)

    layers, channels, side = [], 3, 32
    for layer in NETWORKS[network]:
        if layer == POOL:
            layers.append(nn.MaxPool2d(2))
            side //= 2
        else:
            filters, stride = layer
            layers += [nn.Conv2d(channels, filters, 3, stride, padding=1), nn.ReLU(inplace=True)]
            channels, side = filters, side // stride
    dense = nn.Linear(side * side * channels, 10)
    model = nn.Sequential(*layers, nn.Dropout(dropout), Flatten(), dense)
    for module in model:
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.xavier_uniform_(module.weight)
            nn.init.zeros_(module.bias)
    return model.to(memory_format=memory_format), dense.weight


def read_cifar(folder, files, count):
    """-> (uint8 images [n, 3, 32, 32] turned by 180 degrees, labels)"""
    import numpy as np
    import torch

    images, labels = [], []
    for file in files:
        if count > 0:
            records = np.fromfile(pathlib.Path(folder) / file, np.uint8, 3073 * min(count, 10000)).reshape(-1, 3073)
            labels.append(records[:, 0].astype(np.int64))
            images.append(records[:, 1:].reshape(-1, 3, 32, 32)[:, :, ::-1, ::-1])
            count -= len(records)
    return torch.from_numpy(np.concatenate(images)), torch.from_numpy(np.concatenate(labels))


def train_files():
    return [f"data_batch_{i}.bin" for i in range(1, 6)]


def peak_bytes():
    """The process's own peak resident memory (getrusage's figure would include the parent's)."""
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("no VmHWM in /proc/self/status")


def time_steps(step, seconds, warmup):
    """Seconds of each step; the first ones, for at least `warmup` seconds, are not counted."""
    end = time.perf_counter() + warmup
    while True:
        step()
        if time.perf_counter() >= end:
            break
    times, begin = [], time.perf_counter()
    while (now := time.perf_counter()) - begin < seconds or len(times) < 5:
        step()
        times.append(time.perf_counter() - now)
    return times


def rates(times, images):
    return {"mean": images * len(times) / sum(times), "median": images / statistics.median(times),
            "best": images / min(times), "steps": len(times)}


def throughput(options):
    """One network, format and thread count, in this process."""
    import itertools
    torch = import_torch(options.threads, options.wait)
    import torch.nn.functional as F

    torch.manual_seed(options.seed)
    memory_format = torch.channels_last if options.format == "channels_last" else torch.contiguous_format
    model, dense_weight = build(options.network, memory_format)

    size, batches = options.batch, 16
    if options.data:
        x, y = read_cifar(options.data, train_files(), size * batches)
        x = x.float().div_(255)
    else:
        x, y = torch.rand(size * batches, 3, 32, 32), torch.randint(10, (size * batches,))
    data = [(bx.contiguous(memory_format=memory_format), by) for bx, by in zip(x.split(size), y.split(size))]
    del x
    feed = itertools.cycle(data)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)

    def train_step():
        bx, by = next(feed)
        loss = F.cross_entropy(model(bx), by) + options.l1 * dense_weight.abs().sum()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss

    result = {"network": options.network, "format": options.format, "threads": options.threads,
              "wait": options.wait, "batch": size, "torch": torch.__version__,
              "data": "cifar-10" if options.data else "noise"}
    result["training"] = rates(time_steps(train_step, options.seconds, options.warmup), size)
    result["training_peak_bytes"] = peak_bytes()
    result["last_loss"] = float(train_step())

    model.eval()
    many = torch.cat([bx for bx, _ in data])[:options.inference_batch].contiguous(memory_format=memory_format)
    one = many[:1].contiguous(memory_format=memory_format)
    with torch.no_grad():
        times = time_steps(lambda: torch.softmax(model(many), 1), options.seconds, options.warmup)
        result["inference"] = rates(times, len(many)) | {"batch": len(many)}
        times = time_steps(lambda: torch.softmax(model(one), 1), min(2.0, options.seconds), options.warmup / 2)
    result["latency_ms"] = {"mean": 1e3 * statistics.mean(times), "median": 1e3 * statistics.median(times),
                            "best": 1e3 * min(times)}
    result["peak_bytes"] = peak_bytes()
    return result


def sweep(options):
    """Each setting in a process of its own, one after the other."""
    for network in [options.network] if options.network else NETWORKS:
        for memory_format in [options.format] if options.format else FORMATS:
            for threads in [options.threads] if options.threads else (1, 2):
                for wait in [options.wait] if options.wait else WAITS if threads > 1 else WAITS[1:]:
                    command = [sys.executable, __file__, "--one", "--network", network, "--format", memory_format,
                               "--threads", str(threads), "--wait", wait]
                    for name in ("batch", "inference_batch", "seconds", "warmup", "seed", "l1", "data"):
                        if (value := getattr(options, name)) is not None:
                            command += ["--" + name.replace("_", "-"), str(value)]
                    yield json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def print_table(results):
    print(f"{'network':15} {'format':14} {'threads':>7} {'wait':8} {'training images/s':>24} "
          f"{'inference images/s':>24} {'one image ms':>13} {'peak MB':>8}", flush=True)
    print(f"{'':47} {'mean':>11} {'best':>12} {'mean':>11} {'best':>12} {'median':>13} {'training':>8}", flush=True)
    for r in results:
        print(f"{r['network']:15} {r['format']:14} {r['threads']:7} {r['wait']:8} {r['training']['mean']:11,.0f} "
              f"{r['training']['best']:12,.0f} {r['inference']['mean']:11,.0f} {r['inference']['best']:12,.0f} "
              f"{r['latency_ms']['median']:13.3f} {r['training_peak_bytes'] / 1e6:8,.0f}", flush=True)


def fit(options):
    """The paper's protocol. Images stay bytes in memory; a batch becomes floats when it is used."""
    torch = import_torch(options.threads or 2, options.wait or "passive")
    import torch.nn.functional as F

    torch.manual_seed(options.seed)
    memory_format = torch.contiguous_format if options.format == "nchw" else torch.channels_last
    network = options.network or "default"
    model, dense_weight = build(network, memory_format)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)
    x, y = read_cifar(options.data, train_files(), options.n)
    test_x, test_y = read_cifar(options.data, ["test_batch.bin"], 10000)
    train_count = int(len(x) * (1.0 - 0.1))
    floats = lambda bx: bx.to(torch.float32, memory_format=memory_format).div_(255)
    penalty = lambda: options.l1 * dense_weight.abs().sum()

    def evaluate(x, y):
        model.eval()
        loss, correct = 0.0, 0
        with torch.no_grad():
            for bx, by in zip(x.split(500), y.split(500)):
                logits = model(floats(bx))
                loss += float(F.cross_entropy(logits, by, reduction="sum"))
                correct += int((logits.argmax(1) == by).sum())
            return loss / len(x) + float(penalty()), correct / len(x)

    for epoch in range(1, options.epochs + 1):
        begin = time.perf_counter()
        model.train()
        loss_sum, correct = 0.0, 0
        for index in torch.randperm(train_count).split(options.batch):
            by = y[index]
            logits = model(floats(x[index]))
            loss = F.cross_entropy(logits, by) + penalty()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            loss_sum += float(loss) * len(index)
            correct += int((logits.detach().argmax(1) == by).sum())
        seconds = time.perf_counter() - begin
        val_loss, val_accuracy = evaluate(x[train_count:], y[train_count:])
        test_loss, test_accuracy = evaluate(test_x, test_y)
        print(json.dumps({
            "network": network, "n": len(x), "seed": options.seed, "l1": options.l1, "epoch": epoch,
            "loss": loss_sum / train_count, "accuracy": correct / train_count,
            "val_loss": val_loss, "val_accuracy": val_accuracy,
            "test_loss": test_loss, "test_accuracy": test_accuracy,
            "training_seconds": seconds, "images_per_second": train_count / seconds, "peak_bytes": peak_bytes(),
        }), flush=True)


def count(text):
    """A whole number in digits: int() would take ' 5', '+5', '1_000' and '５'."""
    if not re.fullmatch(r"[0-9]+", text):
        raise argparse.ArgumentTypeError(f"expected a whole number in digits, found {text!r}")
    return int(text)


def real(text):
    """A number of at least 0 as 12, 0.5 or 1e-4."""
    if not re.fullmatch(r"([0-9]+(\.[0-9]+)?|\.[0-9]+)([eE][+-]?[0-9]+)?", text) or float(text) == float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number of at least 0, as 0.5 or 1e-4, found {text!r}")
    return float(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", choices=NETWORKS)
    parser.add_argument("--format", choices=FORMATS, help="default: both; --fit: channels_last")
    parser.add_argument("--threads", type=count, help="default: 1 and 2; --fit: 2")
    parser.add_argument("--wait", choices=WAITS, help="default: both for 2 threads; --fit: passive")
    parser.add_argument("--batch", type=count, default=128)
    parser.add_argument("--inference-batch", type=count, default=500)
    parser.add_argument("--seconds", type=real, default=5.0, help="measured time, training and inference each")
    parser.add_argument("--warmup", type=real, default=1.0, help="seconds before the measured time")
    parser.add_argument("--seed", type=count, default=1)
    parser.add_argument("--l1", type=real, default=1e-4)
    parser.add_argument("--data", help="folder of CIFAR-10's binary files")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--n", type=count, default=5000, help="--fit: number of training images")
    parser.add_argument("--epochs", type=count, default=20, help="--fit: number of epochs")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()

    if options.fit:
        if not options.data:
            parser.error("--fit needs --data")
        fit(options)
    elif options.one:
        print(json.dumps(throughput(options)))
    elif options.json:
        print(json.dumps(list(sweep(options)), indent=2))
    else:
        print_table(sweep(options))


if __name__ == "__main__":
    main()
