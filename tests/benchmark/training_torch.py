"""training_torch.py NET IMAGES EPOCHS THREADS [LABELS]: PyTorch's seconds an epoch, after warm-up.

At its best setting for each net: channels_last for the convolutions, the foreach form of the
optimizer, oneDNN on.
"""
import sys
import time

import numpy as np
import torch
from torch import nn

BATCH = 128


def conv(inputs, outputs, padding=1):
    return nn.Conv2d(inputs, outputs, 3, padding=padding)


def conv_encoder():
    return [conv(1, 16), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True),
            conv(16, 8), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True),
            conv(8, 8), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True)]


def conv_decoder():
    return [conv(8, 8), nn.ReLU(), nn.Upsample(scale_factor=2),
            conv(8, 8), nn.ReLU(), nn.Upsample(scale_factor=2),
            conv(8, 16, padding=0), nn.ReLU(), nn.Upsample(scale_factor=2),
            conv(16, 1), nn.Sigmoid()]


class Autoencoder(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def loss(self, x, _):
        return nn.functional.binary_cross_entropy(self.layers(x), x)


class Classifier(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def loss(self, x, labels):
        return nn.functional.cross_entropy(self.layers(x), labels)


class Vae(nn.Module):
    def __init__(self, encoder, features, latent, sigma, decoder):
        super().__init__()
        self.encoder = nn.Sequential(*encoder)
        self.mean = nn.Linear(features, latent)
        self.log_sigma = nn.Linear(features, latent)
        self.decoder = nn.Sequential(*decoder)
        self.sigma = sigma

    def loss(self, x, _):
        h = self.encoder(x)
        m, s = self.mean(h), self.log_sigma(h)
        z = m + torch.exp(s) * self.sigma * torch.randn_like(m)
        kl = -0.5 * (1 + s - m * m - torch.exp(s)).mean()
        return nn.functional.binary_cross_entropy(self.decoder(z), x) + kl


def dae():
    return Autoencoder(nn.Dropout(0.3), nn.Linear(784, 10), nn.ReLU(), nn.Linear(10, 784),
                       nn.Sigmoid())


def ae_conv():
    return Autoencoder(*conv_encoder(), *conv_decoder())


def vae():
    return Vae([nn.Linear(784, 512), nn.ReLU()], 512, 2, 0.001,
               [nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, 784), nn.Sigmoid()])


def vae_conv():
    return Vae([*conv_encoder(), nn.Flatten()], 128, 10, 0.01,
               [nn.Linear(10, 128), nn.ReLU(), nn.Unflatten(1, (8, 4, 4)), *conv_decoder()])


def cnn():
    def normalised(inputs, outputs):
        return [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
                nn.BatchNorm2d(outputs, eps=1e-3), nn.ReLU()]

    return Classifier(*normalised(1, 32), nn.MaxPool2d(2), *normalised(32, 64), nn.MaxPool2d(2),
                      *normalised(64, 64), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.25),
                      nn.Linear(64, 10))


def optimizer_of(net, model):
    if net.startswith("vae"):
        return torch.optim.RMSprop(model.parameters(), 1e-3, alpha=0.9, eps=1e-7, foreach=True)
    if net == "cnn":
        return torch.optim.Adam(model.parameters(), 2e-3, eps=1e-7, foreach=True)
    return torch.optim.Adadelta(model.parameters(), 1.0, rho=0.95, eps=1e-7, foreach=True)


def main():
    net, path, epochs, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model = globals()[net]()
    images = torch.tensor(np.fromfile(path, np.float32))
    labels = torch.tensor(np.fromfile(sys.argv[5], np.uint8) if len(sys.argv) > 5 else [0])
    labels = labels.long().expand(len(images) // 784)
    if net.endswith("conv") or net == "cnn":
        model = model.to(memory_format=torch.channels_last)
        images = images.reshape(-1, 1, 28, 28).to(memory_format=torch.channels_last)
    else:
        images = images.reshape(-1, 784)
    optimizer = optimizer_of(net, model)

    def epoch():
        order = torch.randperm(len(images))
        for first in range(0, len(images), BATCH):
            rows = order[first:first + BATCH]
            optimizer.zero_grad(set_to_none=True)
            model.loss(images[rows], labels[rows]).backward()
            optimizer.step()

    epoch()
    start = time.perf_counter()
    for _ in range(epochs):
        epoch()
    print((time.perf_counter() - start) / epochs)


if __name__ == "__main__":
    main()
