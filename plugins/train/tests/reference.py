"""Prints the losses that fit_reference_test.cpp holds, computed by PyTorch in double precision.

    python3 reference.py        (PyTorch 1.13)

The samples, the weights at the beginning and the networks are made by the same formulas there.
"""
import math
import torch
from torch import nn

torch.set_default_dtype(torch.float64)


def wave(count, start):
    """Values that look random: 0.25·sin(0.7·i + start)."""
    return torch.tensor([0.25 * math.sin(0.7 * i + start) for i in range(count)])


def samples(n, shape):
    size = n * math.prod(shape)
    return torch.tensor([0.5 + 0.5 * math.sin(0.37 * i) for i in range(size)]).reshape(n, *shape)


def begin(net):
    with torch.no_grad():
        for k, weight in enumerate(net.parameters()):
            weight.copy_(wave(weight.numel(), 1.3 * k + 0.5).reshape(weight.shape))


class Dense(nn.Sequential):
    shape = (12,)

    def __init__(self):
        super().__init__(nn.Linear(12, 5), nn.ReLU(), nn.Linear(5, 12), nn.Sigmoid())

    def loss(self, x):
        return nn.functional.binary_cross_entropy(self(x), x)


class DenseMse(Dense):
    def loss(self, x):
        return nn.functional.mse_loss(self(x), x)


class Conv(nn.Sequential):
    shape = (1, 7, 7)

    def __init__(self):
        super().__init__(
            nn.Conv2d(1, 3, 3, padding=1), nn.ReLU(),
            nn.MaxPool2d(2, ceil_mode=True),            # 7 -> 4, as Keras' same
            nn.Conv2d(3, 2, 3, padding=1), nn.Tanh(),
            nn.Upsample(scale_factor=2),                # 4 -> 8
            nn.Conv2d(2, 1, 2), nn.Sigmoid())           # 8 -> 7

    def loss(self, x):
        return nn.functional.binary_cross_entropy(self(x), x)


class Vae(nn.Module):
    """Without noise: sigma 0."""
    shape = (12,)

    def __init__(self):
        super().__init__()
        self.hidden, self.mean, self.log_sigma = nn.Linear(12, 6), nn.Linear(6, 3), nn.Linear(6, 3)
        self.decode = nn.Linear(3, 12)

    def loss(self, x):
        h = torch.relu(self.hidden(x))
        mean, log_sigma = self.mean(h), self.log_sigma(h)
        y = torch.sigmoid(self.decode(mean))
        kl = -0.5 * torch.mean(1 + log_sigma - mean ** 2 - torch.exp(log_sigma), -1)
        return nn.functional.binary_cross_entropy(y, x) + kl.mean()


OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, 0.5),
    "momentum": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9),
    "nesterov": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, nesterov=True),
    "adadelta": lambda p: torch.optim.Adadelta(p, 1.0, rho=0.95, eps=1e-7),
    "rmsprop": lambda p: torch.optim.RMSprop(p, 0.01, alpha=0.9, eps=1e-7),
    "adam": lambda p: torch.optim.Adam(p, 0.01, eps=1e-7),
}


def as_keras(step, name, count):
    """Keras 2 adds Adam's epsilon before it corrects the bias, PyTorch after."""
    if name == "adam":
        step.param_groups[0]["eps"] = 1e-7 / math.sqrt(1 - 0.999 ** count)


def train(make, optimizer, epochs, batch, n=40, validation=10):
    torch.manual_seed(0)
    net = make()
    begin(net)
    x, v = samples(n, net.shape), samples(n + validation, net.shape)[n:]
    step = OPTIMIZERS[optimizer](net.parameters())
    losses, val, steps = [], [], 0
    for _ in range(epochs):
        total = 0
        for first in range(0, n, batch):
            rows = x[first:first + batch]
            step.zero_grad()
            loss = net.loss(rows)
            loss.backward()
            steps += 1
            as_keras(step, optimizer, steps)
            step.step()
            total += loss.item() * len(rows)
        losses.append(total / n)
        with torch.no_grad():
            val.append(net.loss(v).item())
    text = lambda l: "{" + ", ".join(f"{value:.9f}" for value in l) + "}"
    print(f"{make.__name__:9}{optimizer:9} batch {batch}\n  {text(losses)}\n  {text(val)}")


for name in OPTIMIZERS:
    train(Dense, name, 6, 40)
train(DenseMse, "adam", 6, 16)
train(Dense, "rmsprop", 6, 16)
train(Conv, "rmsprop", 6, 16)
train(Conv, "adadelta", 6, 40)
train(Vae, "rmsprop", 6, 16)
train(Vae, "adam", 6, 40)
