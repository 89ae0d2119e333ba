"""The weights of layers, and how they begin.

INITIAL[id](p, shape) says those for an input of that shape: {name: (shape, how it begins)}.
"""
import numpy as np
import torch

import draws as random
from layers import pair


def initialised(p, of, default, fans):
    """How a weight begins: {name: …} of the parameter, and the fans."""
    choice = p.get(of + "_initializer", default)
    name, values = next(iter(choice.items())) if isinstance(choice, dict) else (choice, {})
    return name, values or {}, fans


def with_bias(p, weights, units):
    if p.get("use_bias", True):
        weights["bias"] = [units], initialised(p, "bias", "zeros", (units, units))
    return weights


def initial_dense(p, shape):
    units, inputs = p["units"], shape[0]
    kernel = [units, inputs], initialised(p, "kernel", "glorot_uniform", (inputs, units))
    return with_bias(p, {"kernel": kernel}, units)


def initial_conv2d(p, shape):
    filters, size = p["filters"], pair(p["kernel"])
    fans = size[0] * size[1] * shape[0], size[0] * size[1] * filters
    kernel = [filters, shape[0], *size], initialised(p, "kernel", "glorot_uniform", fans)
    return with_bias(p, {"kernel": kernel}, filters)


def initial_conv2d_transpose(p, shape):
    filters, size = p["filters"], pair(p["kernel"])
    fans = size[0] * size[1] * filters, size[0] * size[1] * shape[0]  # as Keras counts them
    kernel = [shape[0], filters, *size], initialised(p, "kernel", "glorot_uniform", fans)
    return with_bias(p, {"kernel": kernel}, filters)


def initial_normalization(p, shape):
    weights = {}
    if p.get("scale", True):
        weights["gamma"] = [shape[0]], ("ones", {}, None)
    if p.get("center", True):
        weights["beta"] = [shape[0]], ("zeros", {}, None)
    return weights


def initial_batch_normalization(p, shape):
    return {**initial_normalization(p, shape), "moving_mean": ([shape[0]], ("zeros", {}, None)),
            "moving_variance": ([shape[0]], ("ones", {}, None))}


INITIAL = {"dense": initial_dense, "conv2d": initial_conv2d,
           "conv2d_transpose": initial_conv2d_transpose,
           "batch_normalization": initial_batch_normalization,
           "layer_normalization": initial_normalization}
STATES = "moving_mean", "moving_variance"
TRUNCATED = 0.87962566103423978  # standard deviation of a standard normal variable within ±2


def initial_values(shape, how, seed, path):
    """Keras' initialisers, by the draws of pipeline/nn/initializer.h."""
    name, values, fans = how
    count = int(np.prod(shape))
    if name in ("zeros", "ones", "constant"):
        drawn = np.full(count, {"zeros": 0, "ones": 1}.get(name, values.get("value", 0)), float)
    elif name == "random_uniform":
        low, high = values.get("minval", -0.05), values.get("maxval", 0.05)
        drawn = random.initial_uniform(count, (high - low) / 2, seed, path) + (high + low) / 2
    elif name in ("random_normal", "truncated_normal"):
        drawn = random.initial_normal(count, seed, path, 2 if name[0] == "t" else np.inf)
        drawn = drawn * values.get("stddev", 0.05) + values.get("mean", 0)
    elif name == "orthogonal":
        m = random.initial_normal(count, seed, path).reshape(shape[0], -1)
        wide = m.shape[1] >= m.shape[0]
        q, r = np.linalg.qr(m.T if wide else m)
        q = q * np.sign(np.diag(r)) * values.get("gain", 1)  # as Gram and Schmidt have it
        drawn = (q.T if wide else q).ravel()
    else:
        kind, form = name.split("_")
        variance = {"glorot": 2 / sum(fans), "he": 2 / fans[0], "lecun": 1 / fans[0]}[kind]
        if form == "uniform":
            drawn = random.initial_uniform(count, np.sqrt(3 * variance), seed, path)
        else:
            drawn = random.initial_normal(count, seed, path, 2) * np.sqrt(variance) / TRUNCATED
    return torch.tensor(drawn.astype(np.float32), dtype=torch.get_default_dtype()).reshape(shape)
