#!/usr/bin/env python3
"""The CIFAR-10 speed run in PyTorch, eager, on a CPU: what NanoConv's cifar94 is compared with.

    python3 cifar94.py train --data DIR --seed 1 --output FILE     trains; a line of JSON per epoch goes to FILE
    python3 cifar94.py speed --data DIR                            images/s of some steps, in each layout, with 1 and 2 threads

Needs PyTorch and NumPy. DIR is the folder with data_batch_1.bin ... test_batch.bin. Network, data and settings are those of Keller
Jordan's airbench94 (2024, arXiv:2404.00498), written down anew: alternating flips, crops of reflected borders, a frozen whitening
convolution, three groups of convolutions, SGD with Nesterov's momentum, Lookahead, a triangular rate, and six views a picture at the end.
"""
import argparse
import json
import math
import os
import pathlib
import statistics
import sys
import time

MEAN, DEVIATION = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)
CLASSES, BATCH, EPOCHS, WIDTHS = 10, 1024, 9.9, (64, 256, 256)
RATE, MOMENTUM, DECAY, BIAS_RATE, SMOOTHING = 11.5, 0.85, 0.0153, 64.0, 0.2
WHITENING_EPOCHS, WHITENING_IMAGES, LOOKAHEAD_EVERY = 3, 5000, 5


def import_torch(threads):
    """Workers that sleep at a barrier: spinning ones are ruinous where anything else runs, see train.py."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch
    torch.set_num_threads(threads)
    return torch


def build():
    """-> the network; convolutions' first filters begin as the identity"""
    from torch import nn

    def convolution(channels, filters):
        layer = nn.Conv2d(channels, filters, 3, padding="same", bias=False)
        nn.init.dirac_(layer.weight.data[:channels])
        return layer

    def norm(channels):
        layer = nn.BatchNorm2d(channels, eps=1e-12, momentum=0.4)
        layer.weight.requires_grad = False
        return layer

    whitening = nn.Conv2d(3, 24, 2)
    nn.init.zeros_(whitening.bias)
    whitening.weight.requires_grad = False
    layers, channels = [whitening, nn.GELU()], 24
    for filters in WIDTHS:
        layers += [convolution(channels, filters), nn.MaxPool2d(2), norm(filters), nn.GELU(),
                   convolution(filters, filters), norm(filters), nn.GELU()]
        channels = filters
    return nn.Sequential(*layers, nn.MaxPool2d(3), nn.Flatten(), nn.Linear(channels, CLASSES, bias=False))


def logits(model, x):
    return model(x) / 9


def whiten(torch, model, images):
    """Both signs of the eigenvectors of all patches, each divided by the root of its eigenvalue. In double: in float the long sum is off so
    far that eigenvalues turn negative."""
    patches = images.double().unfold(2, 2, 1).unfold(3, 2, 1).permute(0, 2, 3, 1, 4, 5).reshape(-1, 12)
    values, vectors = torch.linalg.eigh(patches.T @ patches / len(patches))
    kernels = (vectors / (values + 5e-4).sqrt()).T.flip(0).reshape(12, 3, 2, 2)
    model[0].weight.data[:] = torch.cat((kernels, -kernels))


def read_cifar(torch, folder, files, count):
    """-> (normalised float images [n, 3, 32, 32], labels)"""
    import numpy as np
    records = np.concatenate([np.fromfile(pathlib.Path(folder) / file, np.uint8).reshape(-1, 3073) for file in files])[:count]
    pixels = torch.from_numpy(records[:, 1:].reshape(-1, 3, 32, 32).copy()).float() / 255
    images = (pixels - torch.tensor(MEAN).view(1, 3, 1, 1)) / torch.tensor(DEVIATION).view(1, 3, 1, 1)
    return images, torch.from_numpy(records[:, 0].astype(np.int64))


class Augmentation:
    """Each image's first flip is drawn once, and every other epoch it is seen the other way; shifts are drawn anew."""

    def __init__(self, torch, images):
        self.torch = torch
        flipped = torch.rand(len(images)) < 0.5
        images = torch.where(flipped.view(-1, 1, 1, 1), images.flip(-1), images)
        self.padded = torch.nn.functional.pad(images, (2, 2, 2, 2), "reflect")

    def epoch(self, number):
        """-> all images of an epoch, counted from 0"""
        shifts = self.torch.randint(0, 5, (len(self.padded), 2))
        images = self.torch.empty((len(self.padded), 3, 32, 32))
        for y in range(5):
            for x in range(5):
                chosen = (shifts[:, 0] == y) & (shifts[:, 1] == x)
                images[chosen] = self.padded[chosen, :, y:y + 32, x:x + 32]
        return images.flip(-1) if number % 2 == 1 else images


class Training:
    """The network, its optimizer, its schedule, and the slow weights of Lookahead."""

    def __init__(self, torch, images, steps, layout):
        self.torch, self.steps, self.step_number = torch, steps, 0
        self.layout = torch.channels_last if layout == "channels_last" else torch.contiguous_format
        self.model = build()
        whiten(torch, self.model, images[:WHITENING_IMAGES])
        self.model = self.model.to(memory_format=self.layout)
        scale = 1024 * (1 + 1 / (1 - MOMENTUM))  # Nesterov's momentum makes steps so much longer than gradients
        rate, decay = RATE / scale, DECAY * BATCH / scale
        norms = [m.bias for m in self.model if isinstance(m, torch.nn.BatchNorm2d)]
        others = [p for p in self.model.parameters() if p.requires_grad and all(p is not norm for norm in norms)]
        groups = [{"params": norms, "lr": rate * BIAS_RATE, "weight_decay": decay / (rate * BIAS_RATE)},
                  {"params": others, "lr": rate, "weight_decay": decay / rate}]
        self.optimizer = torch.optim.SGD(groups, lr=rate, momentum=MOMENTUM, nesterov=True)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimizer, self.share)
        self.slow = {name: value.clone() for name, value in self.model.state_dict().items()}

    def share(self, step):
        """Of the rate: up from .2 to 1 over the first 23 % of the steps, and down to .07."""
        up = int(self.steps * 0.23)
        if step < up:
            return 0.2 + 0.8 * step / up
        return 1 - 0.93 * (step - up) / (self.steps - up)

    def step(self, images, labels):
        """-> (loss an image, images classified rightly), by the weights before the step"""
        self.model.train()
        output = logits(self.model, images.to(memory_format=self.layout))
        loss = self.torch.nn.functional.cross_entropy(output, labels, label_smoothing=SMOOTHING, reduction="sum")
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        self.schedule.step()
        self.step_number += 1
        if self.step_number % LOOKAHEAD_EVERY == 0:
            self.look_ahead(0.95 ** 5 * (self.step_number / self.steps) ** 3)
        return float(loss) / len(images), int((output.detach().argmax(1) == labels).sum())

    def look_ahead(self, weight):
        """The slow weights keep a share of themselves, and the fast ones go on from there; running statistics too."""
        with self.torch.no_grad():
            for name, value in self.model.state_dict().items():
                if value.is_floating_point():
                    self.slow[name].lerp_(value, 1 - weight)
                    value.copy_(self.slow[name])

    def finish(self):
        """The last step's weights are the slow ones."""
        self.look_ahead(1)

    def predict(self, images, views):
        """Sums of logits over views, weighted: [n, classes]."""
        self.model.eval()
        padded = self.torch.nn.functional.pad(images, (1, 1, 1, 1), "reflect")
        sums = []
        with self.torch.no_grad():
            for part, shifted in zip(images.split(500), padded.split(500)):
                seen = [(part, 1.0)] if views == 1 else [(part, 0.5), (shifted[:, :, :32, :32], 0.25), (shifted[:, :, 2:, 2:], 0.25)]
                mirrored = [(x.flip(-1), weight) for x, weight in seen] if views > 1 else []
                sums.append(sum(weight * logits(self.model, x.contiguous(memory_format=self.layout)) for x, weight in seen + mirrored))
        return self.torch.cat(sums)

    def accuracy(self, images, labels, views=1):
        return float((self.predict(images, views).argmax(1) == labels).float().mean())


def train(options):
    torch = import_torch(options.threads)
    torch.manual_seed(options.seed)
    images, labels = read_cifar(torch, options.data, [f"data_batch_{i}.bin" for i in range(1, 6)], options.n)
    test = read_cifar(torch, options.data, ["test_batch.bin"], 10000)
    per_epoch = len(images) // BATCH
    steps = math.ceil(per_epoch * options.epochs)
    training, augmentation = Training(torch, images, steps, options.layout), Augmentation(torch, images)
    with open(options.output, "w") as file:
        for epoch in range(math.ceil(options.epochs)):
            training.model[0].bias.requires_grad = epoch < WHITENING_EPOCHS
            begin, losses, correct = time.perf_counter(), [], 0
            seen, order = augmentation.epoch(epoch), torch.randperm(len(images))
            for step in range(min(per_epoch, steps - training.step_number)):
                index = order[step * BATCH:(step + 1) * BATCH]
                loss, right = training.step(seen[index], labels[index])
                losses.append(loss)
                correct += right
            if training.step_number == steps:
                training.finish()
            seconds = time.perf_counter() - begin
            line = {"framework": "PyTorch", "seed": options.seed, "epoch": epoch + 1, "loss": statistics.fmean(losses),
                    "accuracy": correct / (len(losses) * BATCH), "test_accuracy": training.accuracy(*test),
                    "seconds": seconds, "images_per_second": len(losses) * BATCH / seconds}
            if training.step_number == steps:
                line["test_accuracy_six_views"] = training.accuracy(*test, views=6)
            print(json.dumps(line), file=file, flush=True)
            print(" ".join(f"{name} {value:.4f}" if isinstance(value, float) else f"{name} {value}" for name, value in line.items()), flush=True)


def speed(options):
    torch = import_torch(2)
    images, labels = read_cifar(torch, options.data, ["data_batch_1.bin"], 10000)
    for threads in (1, 2):
        torch.set_num_threads(threads)
        for layout in ("nchw", "channels_last"):
            training = Training(torch, images, 1000, layout)
            seconds = []
            for step in range(options.steps + 1):
                begin = time.perf_counter()
                training.step(images[:BATCH], labels[:BATCH])
                seconds.append(time.perf_counter() - begin)
            print(f"{threads} threads, {layout}: {BATCH / statistics.median(seconds[1:]):.0f} images/s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, run in (("train", train), ("speed", speed)):
        command = commands.add_parser(name)
        command.set_defaults(run=run)
        command.add_argument("--data", required=True, help="folder of CIFAR-10's binary files")
    command = commands.choices["train"]
    command.add_argument("--n", type=int, default=50000, help="training images, from the first")
    command.add_argument("--threads", type=int, default=2)
    command.add_argument("--layout", choices=("nchw", "channels_last"), default="channels_last")
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--epochs", type=float, default=EPOCHS)
    command.add_argument("--output", required=True, help="file that gets a line of JSON per epoch")
    commands.choices["speed"].add_argument("--steps", type=int, default=5, help="steps that count; one more goes before")
    options = parser.parse_args()
    options.run(options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
