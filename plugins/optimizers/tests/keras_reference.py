"""Prints the weights that trajectory_test.cpp holds of optimizers that PyTorch does not have in
Keras' form (1.13's NAdam takes one of its momenta twice): the formulas of Keras 3's
keras/src/optimizers, written out for one weight at a time in double precision, on the sum of
a/2·(w - b)² over 19 values.

    python3 keras_reference.py
"""
import math


class Nadam:
    def __init__(self):
        self.m = self.v = 0.0
        self.product = 1.0

    def step(self, w, g, t, lr=0.001, b1=0.9, b2=0.999, eps=1e-7):
        u, u_next = b1 * (1 - 0.5 * 0.96**t), b1 * (1 - 0.5 * 0.96 ** (t + 1))
        self.product *= u
        self.m += (g - self.m) * (1 - b1)
        self.v += (g * g - self.v) * (1 - b2)
        m_hat = u_next * self.m / (1 - self.product * u_next) + (1 - u) * g / (1 - self.product)
        return w - lr * m_hat / (math.sqrt(self.v / (1 - b2**t)) + eps)


class Adagrad:
    def __init__(self):
        self.a = 0.1

    def step(self, w, g, t, lr=0.001, eps=1e-7):
        self.a += g * g
        return w - lr * g / math.sqrt(self.a + eps)


class Lion:
    def __init__(self):
        self.m = 0.0

    def step(self, w, g, t, lr=0.001, b1=0.9, b2=0.99):
        c = self.m * b1 + g * (1 - b1)
        self.m = self.m * b2 + g * (1 - b2)
        return w - lr * ((c > 0) - (c < 0))


OPTIMIZERS = {
    "nadam": Nadam,
    "adagrad": Adagrad,
    "lion": Lion,
}
for name, make in OPTIMIZERS.items():
    weights = []
    for i in (0, 7, 18):
        a, b, w, optimizer = 0.5 + 0.1 * i, math.cos(0.9 * i), math.sin(0.7 * i + 1), make()
        at = []
        for t in range(1, 21):
            w = optimizer.step(w, a * (w - b), t)
            at.append(w)
        weights.append(at)
    for t in (1, 2, 20):
        print(f"{name:17}{t:3}  " + ", ".join(f"{w[t - 1]:.9f}" for w in weights))
