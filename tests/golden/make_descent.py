#!/usr/bin/env python3
"""Optimisers, schedules, clipping and averages of weights, by PyTorch in float64: descent.safetensors.

    python3 make_descent.py            write descent.safetensors
    python3 make_descent.py --check    recompute and compare with the file

README.md says what is in it. What PyTorch has is PyTorch's own; Keras's RMSprop, its moving average of weights and Lookahead, which it
has not, are written here on its tensors. Needs what make_goldens.py needs.
"""
import math
import warnings

import numpy as np
import torch
import torch.nn.functional as F

import make_goldens as golden

STEPS, SIZE = 20, 12
RATE, EVERY, FREQUENCY = 0.05, 5, 4
BATCHES, EXAMPLES, FEATURES, HIDDEN, CLASSES = 12, 6, 5, 4, 3
EPSILON, MOVING = 1e-3, 0.99


def given():
    """Weights and gradients, of which none is zero."""
    gradients = golden.symmetric("descent/gradients", (STEPS, SIZE))
    gradients *= np.logspace(0, -4, SIZE)
    return golden.symmetric("descent/start", (SIZE,)), gradients


def changing(steps=STEPS):
    """Rates that rise and fall."""
    return [RATE * value for value in speed_run(steps)]


def speed_run(steps):
    """Up to 1 in the first 23 % of the steps, down to 0.07 in the others."""
    top = int(steps * 0.23)
    return [0.2 * (1 - s / top) + s / top if s < top else 1 - (s - top) / (steps - top) + 0.07 * (s - top) / (steps - top) for s in range(steps)]


def run(make, rates):
    """Weights after each step."""
    start, gradients = given()
    w = torch.tensor(start, requires_grad=True)
    optimizer, history = make([w]), []
    for rate, gradient in zip(rates, gradients):
        optimizer.param_groups[0]["lr"] = rate
        w.grad = torch.tensor(gradient)
        optimizer.step()
        history.append(w.detach().clone())
    return torch.stack(history)


class KerasRMSprop:
    """Keras 3: epsilon under the root, the rate inside the momentum."""

    def __init__(self, w, rho, momentum, epsilon, centered):
        self.w, self.rho, self.momentum, self.epsilon, self.centered = w[0], rho, momentum, epsilon, centered
        self.velocity, self.average, self.last = (torch.zeros_like(w[0]) for _ in range(3))
        self.param_groups = [{}]

    def step(self):
        g, rate = self.w.grad, self.param_groups[0]["lr"]
        self.velocity = self.rho * self.velocity + (1 - self.rho) * g**2
        self.average = self.rho * self.average + (1 - self.rho) * g
        root = torch.sqrt(self.velocity - (self.average**2 if self.centered else 0) + self.epsilon)
        self.last = self.momentum * self.last + rate * g / root
        with torch.no_grad():
            self.w -= self.last


def optimizers():
    constant, tensors = [RATE] * STEPS, {}
    tensors["descent/start"], tensors["descent/gradients"] = given()

    def case(name, hyperparameters, rates, make):
        tensors[f"{name}/hyperparameters"] = np.array(hyperparameters, np.float64)
        tensors[f"{name}/rates"] = np.array(rates)
        tensors[f"{name}/weights"] = run(make, rates)

    for name, momentum, nesterov, rates in (("plain", 0.0, False, constant), ("momentum", 0.9, False, constant), ("nesterov", 0.9, True, constant),
                                            ("changing", 0.9, False, changing()), ("changing_nesterov", 0.9, True, changing())):
        case(f"sgd_decay/{name}", (momentum, nesterov, 0.1), rates,
             lambda w: torch.optim.SGD(w, lr=1, momentum=momentum, nesterov=nesterov, weight_decay=0.1))
    for name, decay, beta1, beta2, epsilon, rates in (("default", 0.004, 0.9, 0.999, 1e-7, constant), ("custom", 0.2, 0.8, 0.99, 1e-3, constant),
                                                      ("changing", 0.2, 0.9, 0.999, 1e-7, changing())):
        case(f"adamw/{name}", (decay, beta1, beta2, epsilon), rates,
             lambda w: torch.optim.AdamW(w, lr=1, betas=(beta1, beta2), eps=epsilon, weight_decay=decay))
    for name, momentum, centered in (("plain", 0.0, False), ("momentum", 0.8, False), ("centered", 0.0, True), ("both", 0.8, True)):
        case(f"rmsprop/{name}", (0.9, momentum, 1e-300, centered), constant,
             lambda w: torch.optim.RMSprop(w, lr=1, alpha=0.9, eps=0, momentum=momentum, centered=centered))
        case(f"rmsprop/keras_{name}", (0.9, momentum, 1e-4, centered), changing(),
             lambda w: KerasRMSprop(w, 0.9, momentum, 1e-4, centered))
    return tensors


def rates_of(make, steps, rate=0.1):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate)
    scheduler, rates = make(optimizer), []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(rates)


def schedules():
    lr = torch.optim.lr_scheduler
    one_cycle = {"cosine": {}, "linear": {"anneal_strategy": "linear"}, "three": {"three_phase": True},
                 "early": {"pct_start": 0.1, "div_factor": 10.0, "final_div_factor": 100.0}}
    tensors = {f"schedule/one_cycle_{name}": rates_of(lambda o: lr.OneCycleLR(o, 0.4, total_steps=41, cycle_momentum=False, **arguments), 41)
               for name, arguments in one_cycle.items()}
    tensors["schedule/cosine"] = rates_of(lambda o: lr.CosineAnnealingLR(o, 30, eta_min=0.02), 31)
    tensors["schedule/exponential"] = rates_of(lambda o: lr.ExponentialLR(o, 0.9), 31)
    tensors["schedule/steps"] = rates_of(lambda o: lr.MultiStepLR(o, [10, 20, 21]), 31)
    tensors["schedule/warmup"] = rates_of(lambda o: lr.LinearLR(o, start_factor=0.25, total_iters=8), 31)
    tensors["schedule/speed_run"] = np.array(speed_run(53))
    return tensors


class Network:
    """Dense, batch normalisation as Keras has it, ReLU, dense; logits."""

    def __init__(self):
        def leaf(name, shape, centre=0.0):
            return torch.tensor(centre + golden.symmetric(f"descent/{name}", shape), requires_grad=True)

        self.parameters = {
            "dense_1/kernel": leaf("dense_1/kernel", (FEATURES, HIDDEN)),
            "batch_normalization_1/gamma": leaf("batch_normalization_1/gamma", (HIDDEN,), 1.5),
            "batch_normalization_1/beta": leaf("batch_normalization_1/beta", (HIDDEN,)),
            "dense_2/kernel": leaf("dense_2/kernel", (HIDDEN, CLASSES)),
            "dense_2/bias": leaf("dense_2/bias", (CLASSES,)),
        }
        self.state = {"batch_normalization_1/moving_mean": torch.zeros(HIDDEN), "batch_normalization_1/moving_variance": torch.ones(HIDDEN)}
        self.state = {name: value.double() for name, value in self.state.items()}

    def backward(self, step):
        p = self.parameters
        x = torch.tensor(golden.symmetric(f"descent/step_{step}/inputs", (EXAMPLES, FEATURES)))
        y = torch.tensor(golden.labels(f"descent/step_{step}/labels", EXAMPLES) % CLASSES)
        z = x @ p["dense_1/kernel"]
        for kind, value in (("mean", z.mean(0)), ("variance", z.var(0, unbiased=False))):
            name = f"batch_normalization_1/moving_{kind}"
            self.state[name] = (MOVING * self.state[name] + (1 - MOVING) * value).detach()
        z = F.batch_norm(z, None, None, p["batch_normalization_1/gamma"], p["batch_normalization_1/beta"], training=True, eps=EPSILON)
        for value in p.values():
            value.grad = None
        F.cross_entropy(z.relu() @ p["dense_2/kernel"] + p["dense_2/bias"], y).backward()

    def values(self):
        return self.parameters | self.state


def clipped(clip):
    """Weights after steps of plain descent."""
    network = Network()
    optimizer = torch.optim.SGD(network.parameters.values(), lr=0.5)
    for step in range(1, BATCHES + 1):
        network.backward(step)
        clip(list(network.parameters.values()))
        optimizer.step()
    return network.values()


def by_norm(parameters, limit):
    """PyTorch divides by norm + 1e-6, Keras by the norm."""
    norm = torch.sqrt(sum((p.grad**2).sum() for p in parameters)).item()
    torch.nn.utils.clip_grad_norm_(parameters, limit * (norm + 1e-6) / norm)


def averaged(make_average):
    """The speed run's optimizer, in small: two groups, Nesterov, decay, a triangle of rates."""
    network = Network()
    norms = [value for name, value in network.parameters.items() if "batch" in name]
    others = [value for name, value in network.parameters.items() if "batch" not in name]
    optimizer = torch.optim.SGD([{"params": norms, "lr": 2 * RATE, "weight_decay": 0.0}, {"params": others, "lr": RATE, "weight_decay": 0.1}],
                                lr=1, momentum=0.85, nesterov=True)
    average = make_average(network)
    for step, rate in enumerate(changing(BATCHES), 1):
        for group, factor in zip(optimizer.param_groups, (2, 1)):
            group["lr"] = factor * rate
        network.backward(step)
        optimizer.step()
        with torch.no_grad():
            average.follow(step)
    with torch.no_grad():
        average.finish()
    return network.values()


class Lookahead:
    """Every five steps slow.lerp_(fast, 1 - decay), fast = slow, over parameters and state; at the end fast = slow."""

    def __init__(self, network):
        self.network = network
        self.slow = {name: value.detach().clone() for name, value in network.values().items()}

    def follow(self, step):
        if step % EVERY == 0:
            self.update(0.95**5 * (step / BATCHES) ** 3)

    def update(self, decay):
        for name, value in self.network.values().items():
            self.slow[name].lerp_(value, 1 - decay)
            value.copy_(self.slow[name])

    def finish(self):
        self.update(1.0)


class MovingAverage:
    """Keras's use_ema with ema_momentum 0.9, over what is trained."""

    def __init__(self, network, frequency):
        self.network, self.frequency, self.average = network, frequency, {}

    def follow(self, step):
        for name, value in self.network.parameters.items():
            self.average[name] = value.clone() if step == 1 else 0.9 * self.average[name] + 0.1 * value
        if self.frequency and step % self.frequency == 0:
            self.finish()

    def finish(self):
        for name, value in self.network.parameters.items():
            value.copy_(self.average[name])


def networks():
    runs = {
        "clipped/global": clipped(lambda p: by_norm(p, 0.3)),
        "clipped/each": clipped(lambda parameters: [by_norm([p], 0.1) for p in parameters]),
        "clipped/value": clipped(lambda p: torch.nn.utils.clip_grad_value_(p, 0.05)),
        "averaged/lookahead": averaged(Lookahead),
        "averaged/ema": averaged(lambda network: MovingAverage(network, None)),
        "averaged/ema_overwriting": averaged(lambda network: MovingAverage(network, FREQUENCY)),
    }
    start = {f"network/{name}": value for name, value in Network().values().items()}
    return start | {f"{case}/{name}": value for case, values in runs.items() for name, value in values.items()}


def muon():
    """Jordan's Muon on the kernels of convolutions, as [out, height * width * in]; AdamW on what is left; biases at twice the rate, undecayed."""
    shapes = {"conv2d_1/kernel": (3, 3, 2, 4), "conv2d_1/bias": (4,), "conv2d_2/kernel": (1, 1, 4, 9), "conv2d_2/bias": (9,),
              "dense_1/kernel": (9, 3), "dense_1/bias": (3,)}
    p = {name: torch.tensor(golden.symmetric(f"descent/muon/{name}", shape), requires_grad=True) for name, shape in shapes.items()}
    biases = [value for name, value in p.items() if "bias" in name]
    adam = torch.optim.AdamW([{"params": biases, "weight_decay": 0.0}, {"params": [p["dense_1/kernel"]]}], lr=1, eps=1e-7, weight_decay=0.1)
    buffers = {}
    for step, rate in enumerate(changing(8), 1):
        for name, value in p.items():
            value.grad = torch.tensor(golden.symmetric(f"descent/muon/step_{step}/{name}", shapes[name]))
        for group, factor in zip(adam.param_groups, (2, 1)):
            group["lr"] = factor * 0.01
        adam.step()
        with torch.no_grad():
            for name in ("conv2d_1/kernel", "conv2d_2/kernel"):
                w, g = p[name], p[name].grad
                w *= 1 - rate * 0.1
                buffers[name] = 0.9 * buffers.get(name, 0) + g
                update = (g + 0.9 * buffers[name]).permute(3, 0, 1, 2).flatten(1)
                x = orthogonal(update) * math.sqrt(max(1, update.shape[0] / update.shape[1]))
                w -= rate * x.reshape(shapes[name][3], *shapes[name][:3]).permute(1, 2, 3, 0)
    return {f"muon/{name}": value for name, value in p.items()}


def orthogonal(g):
    """Newton and Schulz's iteration, five times, with the Gram matrix of the shorter side."""
    x = g / (g.norm() + 1e-7)
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    for _ in range(5):
        gram = x @ x.T
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return x.T if tall else x


def files():
    warnings.simplefilter("ignore")
    tensors = {name: golden.as_float64(value) for name, value in (optimizers() | schedules() | networks() | muon()).items()}
    return {"descent.safetensors": tensors}


if __name__ == "__main__":
    golden.run("Optimisers and schedules, computed by PyTorch.", files)
