#!/usr/bin/python3
"""Every layer beside PyTorch in double precision: outputs, gradients by inputs and weights, states,
over odd shapes and parameters and batches that fill blocks of 16, or do not."""
import sys

from program import skip_without
skip_without("numpy", "torch")

import itertools

import numpy as np
import torch

from apart import Apart
from draws import Draws
from layers import ACTIVATIONS, LAYERS
from weights import INITIAL, STATES

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
SAMPLES = 1, 15, 16, 17, 33
random = np.random.RandomState(7)


def grid(**choices):
    return [dict(zip(choices, values)) for values in itertools.product(*choices.values())]


def some(count, choices):
    """So many of them, drawn."""
    return [choices[i] for i in random.choice(len(choices), count, replace=False)]


def convolutions():
    """Parameters and shapes that fit together, drawn, after the ones with kernels of their own."""
    chosen = [({"filters": 16, "kernel": 3, "padding": "same", "activation": "relu"}, [8, 6, 8]),
              ({"filters": 8, "kernel": 3, "padding": "same"}, [1, 28, 28]),
              ({"filters": 1, "kernel": 1}, [1, 1, 1]),
              ({"filters": 3, "kernel": 7, "padding": "same", "stride": 4}, [2, 3, 2])]
    while len(chosen) < 150:
        p = {"filters": int(random.choice([1, 2, 3, 7, 8, 9, 16, 17, 33])),
             "kernel": [[1, 1], [2, 2], [3, 3], [3, 2], [1, 5], [5, 4]][random.randint(6)],
             "stride": int(random.choice([1, 1, 2, 3])),
             "dilation": int(random.choice([1, 1, 2, 3])),
             "padding": str(random.choice(["valid", "same"])),
             "use_bias": bool(random.randint(2)), "activation": activation()}
        shape = [int(random.choice([1, 2, 3, 8, 9, 17])), *map(int, random.randint(1, 12, 2))]
        fits = [size > (k - 1) * p["dilation"] for size, k in zip(shape[1:], p["kernel"])]
        if p["padding"] == "same" or all(fits):
            chosen.append((p, shape))
    return [(p, [shape]) for p, shape in chosen]


def activation():
    return str(random.choice(sorted(ACTIVATIONS)))


def transposed():
    chosen = []
    for kernel, stride, padding in itertools.product(
            [1, 2, 3, [3, 2], [1, 4], 5], [1, 2, 3, 5], ["valid", "same"]):
        p = {"filters": int(random.choice([1, 3, 8, 9, 17])), "kernel": kernel, "stride": stride,
             "padding": padding, "use_bias": bool(random.randint(2)), "activation": activation()}
        channels = int(random.choice([1, 2, 5, 9, 16]))
        chosen.append((p, [[channels, *map(int, random.randint(1, 6, 2))]]))
    return chosen


def poolings():
    return [(p, [[3, height, width]]) for p, (height, width) in itertools.product(
        grid(size=[1, 2, 3, [2, 3], [4, 1]], stride=[None, 1, 2, [3, 1]],
             padding=["valid", "same"]),
        [(4, 4), (7, 5), (9, 11)])]


IMAGES = [[[1, 1, 1]], [[1, 5, 4]], [[3, 7, 2]], [[17, 4, 9]]]
ANY = [[[1]], [[5]], [[16]], [[33]], *IMAGES]
FILLS = ["reflect", "nearest", "wrap", "constant"]


def each(parameters, shapes):
    return [(p, one) for p in parameters for one in shapes]


CASES = {
    "dense": [(p, [[inputs]]) for p, inputs in some(60, list(itertools.product(
        grid(units=[1, 7, 16, 18, 33], use_bias=[True, False], activation=sorted(ACTIVATIONS)),
        [1, 5, 16, 37, 130])))],
    "conv2d": convolutions(),
    "conv2d_transpose": transposed(),
    "batch_normalization": each(
        [{}, {"momentum": 0.5, "epsilon": 0.1}, {"scale": False}, {"center": False},
         {"scale": False, "center": False}], [[[5]], [[17]], [[1, 5, 4]], [[9, 3, 2]]]),
    "layer_normalization": each(
        [{}, {"epsilon": 0.1}, {"scale": False}, {"center": False}], [[[5]], [[17]], [[9, 3, 2]]]),
    "max_pool2d": poolings(),
    "average_pool2d": poolings(),
    "global_max_pooling2d": each([{}], IMAGES),
    "global_average_pooling2d": each([{}], IMAGES),
    "up_sampling2d": each([{}, {"size": 3}, {"size": [1, 2]}, {"size": [5, 4]}], IMAGES),
    "zero_padding2d": each([{}, {"padding": [2]}, {"padding": [0, 3]}, {"padding": [1, 0, 2, 5]}],
                           IMAGES),
    "activation": each(grid(function=sorted(ACTIVATIONS)), ANY),
    "relu": each([{}], ANY), "softmax": each([{}], ANY), "swish": each([{}], ANY),
    "gelu": each([{}], ANY), "leaky_relu": each([{}, {"negative_slope": 0.05}], ANY),
    "add": [({}, one * count) for one in ANY for count in (2, 3, 5)],
    "multiply": [({}, one * count) for one in ANY for count in (2, 5)],
    "concatenate": [({}, [[3], [1], [17]]), ({}, [[16], [16]]), ({}, [[2, 3, 4], [9, 3, 4]]),
                    ({}, [[1, 1, 5], [1, 1, 5], [2, 1, 5], [3, 1, 5]])],
    "input": [({"shape": one[0]}, one) for one in ANY],
    "flatten": each([{}], ANY),
    "reshape": [({"shape": [2, 3, 4]}, [[24]]), ({"shape": [-1, 6]}, [[2, 3, 4]]),
                ({"shape": [4, 3, 2]}, [[2, 3, 4]]), ({"shape": [-1]}, [[3, 5, 1]])],
    "kl_divergence": each([{}, {"form": "lecture"}], [one * 2 for one in ANY]),
    "dropout": each(grid(rate=[0, 0.1, 0.5, 0.97]), ANY),
    "gaussian_noise": each(grid(stddev=[0, 0.1, 3]), ANY),
    "gaussian_sampling": each([{}, {"stddev": 0.01}, {"stddev": 2}], [one * 2 for one in ANY]),
    "random_flip": each(grid(mode=["horizontal", "vertical", "horizontal_and_vertical"]), IMAGES),
    "random_translation": each(grid(height_factor=[0.4, [0.1, 0.9]], width_factor=[0, [-2, 1.5]],
                                    fill_mode=FILLS, fill_value=[0.3]), IMAGES[1:]),
    "random_rotation": each(grid(factor=[0.1, 1, [-0.3, -0.2]], fill_mode=FILLS, fill_value=[2]),
                            IMAGES),
    "random_zoom": each(grid(height_factor=[0.3, [-0.5, 2]], width_factor=[None, 0.1],
                             fill_mode=FILLS), IMAGES),
    "random_erasing": each([{}, {"rate": 0.5, "fill_value": -1},
                            {"scale": [0.5, 1], "ratio": [0.1, 10]}], IMAGES),
}


def floats(values):
    return torch.tensor(np.asarray(values, np.float32).astype(np.float64))


def weight(name, shape):
    """Such that what comes out is about as large as what comes in; a state, a variance, is not
    near 0."""
    drawn = random.randn(*shape)
    return floats(drawn**2 + 0.1 if name in STATES else drawn / np.sqrt(np.prod(shape[1:])))


def add(apart, layer, p, shapes, samples, training):
    x = [floats(random.randn(samples, *shape)) for shape in shapes]
    if layer == "max_pool2d" and samples > 16:  # many equal ones, of which the first one counts
        x = [one.round() for one in x]
    x = [one.requires_grad_() for one in x]
    w = {}
    for name, (shape, _) in INITIAL.get(layer, lambda p, shape: {})(p, shapes[0]).items():
        w[name] = weight(name, shape)
    given = [values.clone() for values in w.values()] + [values.detach() for values in x]
    learnt = [w[name].requires_grad_() for name in w if name not in STATES]
    seed, epoch = int(random.randint(1 << 30)), int(random.randint(100))
    draws = Draws(seed, f"{'lambda' if layer == 'gaussian_sampling' else layer}_1", epoch,
                  range(samples)) if training else None
    y = LAYERS[layer](p, x, w, draws)
    expected = {"the output": y.detach()}
    if training:
        dy = floats(random.randn(*y.shape))
        gradients = torch.autograd.grad(y, x + learnt, dy, allow_unused=True)
        given.append(dy)
        for name, values in zip([f"the gradient by input {i}" for i in range(len(x))]
                                + [f"the gradient by {name}" for name in w if name not in STATES],
                                gradients):
            expected[name] = values
        expected.update({name: w[name] for name in w if name in STATES})
    apart.add("layer", {layer: p}, {"inputs": shapes, "samples": samples, "training": training,
                                    "seed": seed, "epoch": epoch}, given, expected)


apart = Apart()
apart.require_all("layer", CASES)
for layer, cases in CASES.items():
    for i, (p, shapes) in enumerate(cases):
        for samples in SAMPLES if len(cases) <= 40 else [SAMPLES[i % len(SAMPLES)]]:
            add(apart, layer, p, shapes, samples, training=True)
        add(apart, layer, p, shapes, SAMPLES[(i + 2) % len(SAMPLES)], training=False)
sys.exit(apart.run() > 0)
