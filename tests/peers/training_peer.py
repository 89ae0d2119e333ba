#!/usr/bin/python3
"""Trainings of train.fit beside PyTorch in double precision, from the seed alone: networks.py makes
the same initial weights, orders of samples and draws by what pipeline/nn says of them, and takes
the gradients by autograd.

    training_peer.py [NAME ...]      only these

Each network is trained twice for 20 steps: with a batch an epoch, so that the history has every
step's loss, and with several, a short one last, in an order that is drawn anew each epoch.

Where a value lies within rounding of a relu's kink, or two in a pooling's window of each other, a
training in floats goes another way than one in doubles: in cnn one such value can be a hundredth of
a gradient. PyTorch's own training in floats then is off by up to 4e-3. So where a training is off,
it may be as far as LENIENCE times PyTorch in floats is by that step, or another seed decides.
"""
import os
import sys

from program import run, skip_without
skip_without("numpy", "h5py", "torch", "yaml")

import h5py
import numpy as np
import torch
import yaml

from networks import train

TOLERANCE = 3e-5
STEPS = 20
TRIES = 3
LENIENCE = 5
PIPELINES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../pipelines")


def images(n, shape, seed):
    """Bright spots on black, a few a sample, which touch the border here and there, under noise:
    without it many values are equal or 0, gradients nearly cancel, and rounding decides."""
    random = np.random.RandomState(seed)
    channels, height, width = shape
    r, q = np.mgrid[:height, :width]
    found = np.zeros((n, *shape), np.float32)
    for image in found.reshape(-1, height, width):
        for _ in range(4):
            row, column, size = random.rand(3) * (height, width, height / 5)
            image += np.exp(-((r - row)**2 + (q - column)**2) / (2 * (1 + size)**2))
    return np.clip(found + 0.3 * random.rand(*found.shape) - 0.1, 0, 1).astype(np.float32)


def shipped(name):
    """The model and the optimizer of a pipeline file, its vars written out."""
    with open(f"{PIPELINES}/{name}.yaml") as file:
        pipeline = yaml.safe_load(file)

    def resolved(value):
        if isinstance(value, dict):
            return {key: resolved(one) for key, one in value.items()}
        if isinstance(value, list):
            return [resolved(one) for one in value]
        if isinstance(value, str) and value.startswith("${"):
            return resolved(pipeline["vars"][value[2:-1]])
        return value
    fit = pipeline["stages"]["fit"]["with"]
    return {key: resolved(fit[key]) for key in ("model", "optimizer", "metrics") if key in fit}


def labels(n, classes, seed):
    return np.random.RandomState(seed).randint(0, classes, n).astype(np.int32)


NETWORKS = {}  # of each the parameters of train.fit, and its inputs for n samples


def add(name, batch, parameters, inputs):
    NETWORKS[name] = {"seed": len(NETWORKS) + 4487, "batch_size": batch, **parameters}, inputs


def of_images(shape, as_vector=False):
    def inputs(n, seed):
        x = images(n, shape, seed)
        return {"train": x.reshape(n, -1) if as_vector else x}
    return inputs


def classified(shape, classes):
    return lambda n, seed: {"train": images(n, shape, seed),
                            "train_targets": labels(n, classes, seed)}


add("dae", 50, shipped("dae"), of_images((1, 28, 28), as_vector=True))
add("vae", 19, shipped("vae"), of_images((1, 28, 28), as_vector=True))
add("ae_conv", 18, shipped("ae_conv"), of_images((1, 28, 28)))
add("vae_conv", 17, shipped("vae_conv"), of_images((1, 28, 28)))
add("cnn", 12, shipped("cnn"), classified((1, 28, 28), 10))

# Strides, batch normalisation and transposed convolutions, to images of another size.
add("enlarged", 19, {
    "optimizer": {"adam": {"learning_rate": {"exponential_decay": {
        "initial_learning_rate": 0.01, "decay_steps": 5, "decay_rate": 0.7, "staircase": True}}}},
    "model": {"sequential": {"loss": "mean_squared_error", "layers": [
        {"conv2d": {"filters": 5, "kernel": [3, 5], "stride": 2, "padding": "same"}},
        {"batch_normalization": {"momentum": 0.8, "epsilon": 0.01}},
        "leaky_relu",
        {"conv2d": {"filters": 11, "kernel": 2, "stride": 3, "activation": "elu",
                    "kernel_initializer": "he_normal"}},
        {"conv2d_transpose": {"filters": 7, "kernel": [4, 3], "stride": 3,
                              "bias_initializer": {"random_uniform": {"maxval": 0.1}}}},
        {"batch_normalization": {"scale": False}},
        {"activation": {"function": "softplus"}},
        {"conv2d_transpose": {"filters": 2, "kernel": 5, "stride": 2, "padding": "same",
                              "activation": "tanh", "use_bias": False}}]}}},
    lambda n, seed: {"train": images(n, (3, 13, 11), seed),
                     "train_targets": images(n, (2, 14, 12), seed + 1)})

# A graph: skips, a layer used twice, products, dilation; penalties and constraints on weights.
add("skips", 33, {
    "optimizer": {"sgd": {"learning_rate": {"warm_up": {"warmup_steps": 4, "after": {
        "polynomial_decay": {"initial_learning_rate": 0.2, "decay_steps": 15, "power": 2}}}},
        "momentum": 0.9, "nesterov": True, "clipnorm": 0.3}},
    "model": {"network": {"loss": {"categorical_crossentropy": {"label_smoothing": 0.1}},
                          "layers": [
        {"conv2d": {"filters": 9, "kernel": 3, "padding": "same", "activation": "gelu",
                    "kernel_regularizer": {"l2": 0.01, "l1": 0.001}}, "name": "a"},
        {"conv2d": {"filters": 9, "kernel": [3, 2], "padding": "same", "dilation": 2}, "name": "b"},
        {"shared": "b", "from": "a", "name": "c"},
        {"shared": "b", "from": "c", "name": "d"},
        {"add": {}, "from": ["a", "b", "d"], "name": "sum"},
        {"average_pool2d": {"size": 3, "stride": 2, "padding": "same"}},
        {"layer_normalization": {}, "name": "normal"},
        {"activation": {"function": "sigmoid"}, "from": "normal", "name": "gate"},
        {"multiply": {}, "from": ["gate", "normal"]},
        {"concatenate": {}, "from": ["multiply_1", "gate"]},
        {"conv2d": {"filters": 17, "kernel": 2, "activation": "swish",
                    "kernel_initializer": {"orthogonal": {"gain": 0.8}},
                    "kernel_constraint": {"max_norm": {"max_value": 0.5}}}},
        "global_average_pooling2d",
        {"dense": {"units": 3, "kernel_initializer": {"truncated_normal": {"stddev": 0.3}}}},
        "softmax"]}}},
    lambda n, seed: {"train": images(n, (2, 9, 7), seed),
                     "train_targets": np.eye(3, dtype=np.float32)[labels(n, 3, seed)]})

# All that is drawn in training, and samples that count differently.
add("augmented", 7, {
    "metrics": ["accuracy"],
    "class_weight": [1, 2.5, 0.5, 1],
    "optimizer": {"nadam": {"learning_rate": 0.005, "global_clipnorm": 1}},
    "model": {"sequential": {"loss": {"sparse_categorical_crossentropy": {"from_logits": True}},
                             "layers": [
        {"random_flip": {"mode": "horizontal"}},
        {"random_translation": {"height_factor": 0.3, "width_factor": [-0.1, 0.4],
                                "fill_mode": "wrap"}},
        {"random_rotation": {"factor": 0.1, "fill_mode": "nearest"}},
        {"random_zoom": {"height_factor": 0.3, "width_factor": 0.2}},
        {"random_erasing": {"rate": 0.7, "fill_value": 0.5}},
        {"gaussian_noise": {"stddev": 0.1}},
        {"zero_padding2d": {"padding": [0, 1, 2, 0]}},
        {"conv2d": {"filters": 18, "kernel": 3, "activation": "leaky_relu"}},
        {"dropout": {"rate": 0.4}},
        {"max_pool2d": {"size": [3, 2], "stride": 2}},
        {"conv2d": {"filters": 6, "kernel": 3, "padding": "same", "activation": "relu"}},
        "global_max_pooling2d",
        {"dropout": {"rate": 0.1}},
        {"dense": {"units": 4}}]}}},
    lambda n, seed: {"train": images(n, (1, 15, 12), seed), "train_targets": labels(n, 4, seed),
                     "train_weights": np.random.RandomState(seed).rand(n).astype(np.float32)})

# A VAE of odd images by way of convolutions back.
add("vae_odd", 17, {
    "optimizer": {"adamw": {"learning_rate": 0.002, "weight_decay": 0.1, "amsgrad": True,
                            "exclude_from_weight_decay": ["bias"]}},
    "model": {"vae": {"latent": 3, "sigma": 0.8, "kl": "standard", "beta": 0.02, "encoder": [
        {"conv2d": {"filters": 3, "kernel": 4, "stride": 2, "padding": "same",
                    "activation": "swish"}},
        {"average_pool2d": {"size": [1, 2]}},
        "flatten",
        {"dense": {"units": 13, "activation": "tanh", "kernel_initializer": "lecun_normal"}}],
        "decoder": [
        {"dense": {"units": 30, "activation": "elu"}},
        {"reshape": {"shape": [5, 3, 2]}},
        {"conv2d_transpose": {"filters": 4, "kernel": 3, "stride": 2, "activation": "relu"}},
        {"up_sampling2d": {"size": [1, 2]}},
        {"conv2d": {"filters": 2, "kernel": [1, 2], "activation": "sigmoid"}}]}}},
    of_images((2, 7, 9)))

# Vectors, of which some outputs are far out: no convolution, batch normalisation of features.
add("regression", 15, {
    "optimizer": {"rmsprop": {"learning_rate": 0.003, "momentum": 0.5, "centered": True,
                              "clipvalue": 0.05, "weight_decay": 0.01}},
    "model": {"sequential": {"loss": {"huber": {"delta": 0.4}}, "layers": [
        {"dense": {"units": 33, "kernel_initializer": "glorot_normal", "activation": "gelu"}},
        "batch_normalization",
        {"dense": {"units": 21, "kernel_initializer": "he_uniform", "activation": "softplus",
                   "kernel_constraint": "unit_norm", "bias_regularizer": {"l2": 0.1}}},
        {"layer_normalization": {"center": False}},
        {"dropout": {"rate": 0.5}},
        {"dense": {"units": 6, "kernel_initializer": {"random_normal": {"stddev": 0.2}},
                   "kernel_constraint": "non_neg"}}]}}},
    lambda n, seed: {"train": np.random.RandomState(seed).randn(n, 19).astype(np.float32),
                     "train_targets": np.random.RandomState(seed).randn(n, 6).astype(np.float32)})


def trainings(name, attempt):
    """Of a network: each training's name, parameters and data."""
    parameters, inputs = NETWORKS[name]
    batch, seed = parameters["batch_size"], parameters["seed"] + 100 * attempt
    parameters = {**parameters, "seed": seed}
    validation = {inner.replace("train", "validation"): values
                  for inner, values in inputs(11, seed + 1).items() if inner != "train_weights"}
    return {f"{name}_steps_{attempt}": ({**parameters, "epochs": STEPS}, inputs(batch, seed)),
            f"{name}_epochs_{attempt}": ({**parameters, "epochs": (STEPS + 2) // 3},
                                         {**inputs(2 * batch + batch // 2, seed), **validation})}


def off(found, expected):
    return np.abs(found - expected) / np.maximum(np.abs(expected), 1e-3)


def differs(name, output, parameters, data):
    with h5py.File(output, "r") as file:
        history = {column: file["history"][column][:] for column in file["history"]}
    expected = train(parameters, data)
    worst = {column: off(history[column], values) for column, values in expected.items()}
    wrong = [column for column, errors in worst.items() if not errors.max() <= TOLERANCE]
    print(f"{name}: {history['loss'][0]:.4f} to {history['loss'][-1]:.4f}, off by at most ",
          ", ".join(f"{errors.max():.1e} ({column})" for column, errors in worst.items()), sep="")
    if not wrong:
        return False
    floats = train(parameters, data, torch.float32)
    for column in wrong:
        theirs = np.maximum.accumulate(off(floats[column], expected[column]))
        print(f"  PyTorch in floats by {theirs.max():.1e} ({column})")
        if not (worst[column] <= np.maximum(TOLERANCE, LENIENCE * theirs)).all():
            return True
    return False


tries = [{name: training for network in sys.argv[1:] or NETWORKS
          for name, training in trainings(network, attempt).items()} for attempt in range(TRIES)]
arrays, stages = {}, {}
for name, (parameters, data) in {name: one for each in tries for name, one in each.items()}.items():
    inputs = {}
    for port, values in data.items():
        inputs[port] = f"{name}_{port}"
        arrays[inputs[port]] = values
    stages[name] = {"use": "train.fit", "in": inputs, "with": parameters}

torch.set_num_threads(1)
wrong = 0
with run(stages, arrays) as outputs:
    for again in zip(*(each.items() for each in tries)):
        if all(differs(name, outputs[name], *training) for name, training in again):
            print(f"WRONG {again[0][0][:-2]}: differs in {TRIES} tries")
            wrong += 1
sys.exit(wrong > 0)
