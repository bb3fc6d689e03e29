#!/usr/bin/env python3
"""ResNet-20 on CIFAR-10 in PyTorch, and the comparison with NanoConv's: docs/resnet20.md.

    python3 resnet20.py train --data DIR --seed 1 --output FILE        trains; a line of JSON per epoch goes to FILE
    python3 resnet20.py trace --data DIR --weights FILE [--double]     20 steps from NanoConv's initial weights, their losses
    python3 resnet20.py compare FILE...                                tables of what both have written

Needs PyTorch and NumPy. DIR is the folder with data_batch_1.bin ... test_batch.bin. The network is that of He et al. (2016), section
4.2: 3x3 convolutions without bias, batch norms, shortcuts without parameters (every second pixel, zeros for new channels), 269,722
parameters. What is made equal to NanoConv's Resnet20.cs: initial weights are drawn from Keras's He normal distribution; weight decay
acts on kernels alone and counts into the losses as its penalty; pixels are normalised by the same constants.
"""
import argparse
import json
import os
import pathlib
import statistics
import sys
import time

MEAN, DEVIATION = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)
CLASSES, BATCH, DECAY, MOMENTUM = 10, 128, 1e-4, 0.9
STEPS_A_MEAN, TRACE_STEPS = 100, 20


def import_torch(threads):
    """Workers that sleep at a barrier: spinning ones are ruinous where anything else runs, see train.py."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch
    torch.set_num_threads(threads)
    return torch


def build():
    """-> the network, its modules named as NanoConv's layers: conv_1, norm_1, ..., dense"""
    import torch.nn.functional as F
    from torch import nn

    class Resnet20(nn.Module):
        def __init__(self):
            super().__init__()
            self.convs, self.norms, channels = nn.ModuleList(), nn.ModuleList(), 3
            for filters, stride in [(16, 1)] * 7 + [(32, 2)] + [(32, 1)] * 5 + [(64, 2)] + [(64, 1)] * 5:
                self.convs.append(nn.Conv2d(channels, filters, 3, stride, padding=1, bias=False))
                self.norms.append(nn.BatchNorm2d(filters, eps=1e-5, momentum=0.1))
                channels = filters
            self.dense = nn.Linear(64, CLASSES)

        def forward(self, x):
            x = F.relu(self.norm(0, x))
            for block in range(1, 19, 2):
                y = self.norm(block + 1, F.relu(self.norm(block, x)))
                if y.shape != x.shape:
                    x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 0, y.shape[1] - x.shape[1]))
                x = F.relu(y + x)
            return self.dense(x.mean((2, 3)))

        def norm(self, i, x):
            return self.norms[i](self.convs[i](x))

        def kernels(self):
            return [conv.weight for conv in self.convs] + [self.dense.weight]

    return Resnet20()


def draw(model):
    """Keras's He normal: a normal cut off at two deviations, widened by 1 / 0.8796 to make up for the cut."""
    from torch import nn
    for weight in model.kernels():
        deviation = (2 / weight[0].numel()) ** 0.5 / 0.87962566103423978
        nn.init.trunc_normal_(weight, std=deviation, a=-2 * deviation, b=2 * deviation)
    nn.init.zeros_(model.dense.bias)


def read(path):
    """-> {name: tensor} of a safetensors file that NanoConv has saved"""
    import numpy as np
    import torch
    content = pathlib.Path(path).read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    tensors = {}
    for name, entry in json.loads(content[8:start]).items():
        if name != "__metadata__":
            begin, end = (start + offset for offset in entry["data_offsets"])
            values = np.frombuffer(content[begin:end], {"F32": np.float32, "F64": np.float64}[entry["dtype"]])
            tensors[name] = torch.from_numpy(values.reshape(entry["shape"]).copy())
    return tensors


def fill(model, tensors):
    """Gives the network weights in NanoConv's layouts: kernels as HWIO and [in, out]."""
    import torch
    with torch.no_grad():
        for i, (conv, norm) in enumerate(zip(model.convs, model.norms), 1):
            conv.weight.copy_(tensors[f"conv_{i}/kernel"].permute(3, 2, 0, 1))
            norm.weight.copy_(tensors[f"norm_{i}/gamma"])
            norm.bias.copy_(tensors[f"norm_{i}/beta"])
        model.dense.weight.copy_(tensors["dense/kernel"].T)
        model.dense.bias.copy_(tensors["dense/bias"])


def read_cifar(folder, files, count):
    """-> (uint8 images [n, 3, 32, 32], labels)"""
    import numpy as np
    import torch
    records = np.concatenate([np.fromfile(pathlib.Path(folder) / file, np.uint8).reshape(-1, 3073) for file in files])[:count]
    return torch.from_numpy(records[:, 1:].reshape(-1, 3, 32, 32)), torch.from_numpy(records[:, 0].astype(np.int64))


def training_images(options):
    return read_cifar(options.data, [f"data_batch_{i}.bin" for i in range(1, 6)], options.n)


class Training:
    """The network, its optimizer, and one step of training."""

    def __init__(self, torch, options, dtype):
        self.torch, self.dtype = torch, dtype
        self.mean = torch.tensor(MEAN, dtype=dtype).view(1, 3, 1, 1)
        self.deviation = torch.tensor(DEVIATION, dtype=dtype).view(1, 3, 1, 1)
        self.model = build().to(dtype).to(memory_format=torch.channels_last)
        kernels = self.model.kernels()
        others = [p for p in self.model.parameters() if all(p is not kernel for kernel in kernels)]
        groups = [{"params": kernels, "weight_decay": DECAY}, {"params": others, "weight_decay": 0.0}]
        self.optimizer = torch.optim.SGD(groups, lr=options.rate, momentum=MOMENTUM)

    def pixels(self, images):
        x = images.to(self.dtype, memory_format=self.torch.channels_last)
        return (x / 255 - self.mean) / self.deviation

    def penalty(self):
        with self.torch.no_grad():
            return DECAY / 2 * sum(float((kernel * kernel).sum()) for kernel in self.model.kernels())

    def step(self, images, labels):
        """-> (loss with the penalty, images classified rightly), by the weights before the step"""
        logits = self.model(self.pixels(images))
        loss = self.torch.nn.functional.cross_entropy(logits, labels)
        result = float(loss) + self.penalty(), int((logits.detach().argmax(1) == labels).sum())
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return result

    def evaluate(self, images, labels):
        self.model.eval()
        loss, correct = 0.0, 0
        with self.torch.no_grad():
            for x, y in zip(images.split(500), labels.split(500)):
                logits = self.model(self.pixels(x))
                loss += float(self.torch.nn.functional.cross_entropy(logits, y, reduction="sum"))
                correct += int((logits.argmax(1) == y).sum())
        self.model.train()
        return loss / len(images) + self.penalty(), correct / len(images)


def train(options):
    torch = import_torch(options.threads)
    torch.manual_seed(options.seed)
    images, labels = training_images(options)
    test = read_cifar(options.data, ["test_batch.bin"], 10000)
    training = Training(torch, options, torch.float32)
    draw(training.model)
    window, means = [], []
    with open(options.output, "w") as file:
        for epoch in range(1, options.epochs + 1):
            begin, loss_sum, correct = time.perf_counter(), 0.0, 0
            for index in torch.randperm(len(images)).split(BATCH):
                loss, right = training.step(images[index], labels[index])
                loss_sum, correct = loss_sum + loss * len(index), correct + right
                window.append(loss)
                if len(window) == STEPS_A_MEAN:
                    means.append(statistics.fmean(window))
                    window = []
            seconds = time.perf_counter() - begin
            test_loss, test_accuracy = training.evaluate(*test)
            line = {"framework": "PyTorch", "seed": options.seed, "images": len(images), "rate": options.rate, "epoch": epoch,
                    "loss": loss_sum / len(images), "accuracy": correct / len(images), "test_loss": test_loss,
                    "test_accuracy": test_accuracy, "images_per_second": len(images) / seconds, "step_losses": means}
            means = []
            print(json.dumps(line), file=file, flush=True)
            print(f"seed {options.seed}, epoch {epoch}: loss {line['loss']:.4f}, test loss {test_loss:.4f}, "
                  f"test accuracy {test_accuracy:.4f}, {line['images_per_second']:.0f} images/s", flush=True)


def trace(options):
    torch = import_torch(options.threads)
    images, labels = training_images(options)
    training = Training(torch, options, torch.float64 if options.double else torch.float32)
    fill(training.model, read(options.weights))
    for step in range(TRACE_STEPS):
        part = slice(step * BATCH, (step + 1) * BATCH)
        print(f"{training.step(images[part], labels[part])[0]:.12f}", flush=True)
    test = read_cifar(options.data, ["test_batch.bin"], 1000)
    print(f"{training.evaluate(*test)[0]:.12f}")


QUANTITIES = {"loss": "training loss", "accuracy": "training accuracy", "test_loss": "test loss", "test_accuracy": "test accuracy"}


def compare(options):
    """Each quantity of each epoch: every seed's value, PyTorch's least, greatest, mean and deviation, NanoConv's mean, and where it lies."""
    runs = {"PyTorch": {}, "NanoConv": {}}
    for path in options.files:
        for line in map(json.loads, pathlib.Path(path).read_text().splitlines()):
            runs[line["framework"]].setdefault(line["seed"], []).append(line)
    lengths = [len(epochs) for seeds in runs.values() for epochs in seeds.values()]
    if not all(runs.values()) or len(runs["PyTorch"]) < 2:
        raise SystemExit("expected files of NanoConv and of at least two seeds of PyTorch")
    for epoch in range(min(lengths)):
        print(f"\nepoch {epoch + 1}")
        for quantity, name in QUANTITIES.items():
            row(name, *([seeds[seed][epoch][quantity] for seed in sorted(seeds)] for seeds in runs.values()))
    print("\nmean training loss of each 100 steps")
    steps = {name: [[loss for line in epochs for loss in line["step_losses"]] for _, epochs in sorted(seeds.items())]
             for name, seeds in runs.items()}
    for i in range(min(len(losses) for seeds in steps.values() for losses in seeds)):
        row(f"to step {(i + 1) * STEPS_A_MEAN}", *([losses[i] for losses in seeds] for seeds in steps.values()))
    for name, seeds in runs.items():
        speeds = [line["images_per_second"] for epochs in seeds.values() for line in epochs]
        print(f"\n{name}: median of {statistics.median(speeds):.0f} images/s, best epoch {max(speeds):.0f}", end="")
    print()


def row(name, theirs, ours):
    """Welch's t says by how many standard errors the means differ; 2 to 3 is where one would begin to doubt, with some five seeds each."""
    mean, deviation = statistics.fmean(theirs), statistics.stdev(theirs)
    error = (deviation ** 2 / len(theirs) + (statistics.variance(ours) / len(ours) if len(ours) > 1 else 0)) ** 0.5
    within = sum(min(theirs) <= value <= max(theirs) for value in ours)
    inside = "mean within" if min(theirs) <= statistics.fmean(ours) <= max(theirs) else "mean OUTSIDE"
    print(f"{name:17} PyTorch {' '.join(f'{value:.4f}' for value in theirs)} (mean {mean:.4f} ± {deviation:.4f})  "
          f"NanoConv {' '.join(f'{value:.4f}' for value in ours)} (mean {statistics.fmean(ours):.4f})  "
          f"{inside}, {within} of {len(ours)} seeds; t {(statistics.fmean(ours) - mean) / error:+.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, run in (("train", train), ("trace", trace)):
        command = commands.add_parser(name)
        command.set_defaults(run=run)
        command.add_argument("--data", required=True, help="folder of CIFAR-10's binary files")
        command.add_argument("--n", type=int, default=50000, help="training images, from the first")
        command.add_argument("--rate", type=float, default=0.1, help="learning rate")
        command.add_argument("--threads", type=int, default=2)
    commands.choices["train"].add_argument("--seed", type=int, default=1)
    commands.choices["train"].add_argument("--epochs", type=int, default=3)
    commands.choices["train"].add_argument("--output", required=True, help="file that gets a line of JSON per epoch")
    commands.choices["trace"].add_argument("--weights", required=True, help="written by NanoConv's resnet20 --trace")
    commands.choices["trace"].add_argument("--double", action="store_true")
    command = commands.add_parser("compare")
    command.set_defaults(run=compare)
    command.add_argument("files", nargs="+")
    options = parser.parse_args()
    options.run(options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
