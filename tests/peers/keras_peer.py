#!/usr/bin/python3
"""Layers, losses, metrics and optimizers beside the Keras of TensorFlow.js.

The other peers have what it lacks (nadam, lion, schedules, the way back of dilated convolutions and
of gelu), and where release 4.22 is wrong: its Adadelta divides by the squares before this step's;
the way back of an average takes windows beyond the border for whole ones; that of up-sampling mixes
up the samples of a batch.

Skipped where node or the packages are missing. They come, 83 MB, by

    npm install --prefix build @tensorflow/tfjs-core @tensorflow/tfjs-backend-cpu \\
        @tensorflow/tfjs-layers
"""
import json
import os
import shutil
import subprocess
import sys

from program import SKIPPED, skip_without
skip_without("numpy")

import numpy as np

from apart import Apart

TOLERANCE = 2e-5  # both compute in floats
SAMPLES = 3, 17
random = np.random.RandomState(9)
apart, questions, answered = Apart(), [], []


def floats(*shape):
    return random.randn(*shape).astype(np.float32)


def last(x):
    """Channels last, as Keras has them."""
    return np.moveaxis(x, 1, -1)


def first(x):
    return np.moveaxis(x, -1, 1)


def weight_as_keras(w):
    return w.transpose({1: (0,), 2: (1, 0), 4: (2, 3, 1, 0)}[w.ndim])


def weight_as_ours(w):
    return w.transpose({1: (0,), 2: (1, 0), 4: (3, 2, 0, 1)}[w.ndim])


def array(x):
    return {"shape": list(x.shape), "values": np.ascontiguousarray(x).ravel().tolist()}


def ask(question, then):
    """`then` is called with the arrays that are the answer."""
    questions.append(question)
    answered.append(then)


def layer(ours, name, config, shapes, weights=(), states=0, gradients=True):
    """`shapes` of samples and `weights` as we have them, the last of which are `states`."""
    for samples in SAMPLES:
        for training in [True, False] if gradients else [False]:
            x = [floats(samples, *shape) for shape in shapes]
            w = [floats(*shape) / np.float32(np.sqrt(np.prod(shape[1:]))) for shape in weights]
            for state in w[len(w) - states:]:
                state[:] = np.abs(state) + 0.5
            case = {"inputs": shapes, "samples": samples, "training": training, "seed": 0,
                    "epoch": 0}

            def then(found, case=case, w=w, x=x):
                y, *more = found
                given, expected = w + x, {"the output": first(y)}
                if more:
                    given = given + [first(more[0])]
                    for i in range(len(x)):
                        expected[f"the gradient by input {i}"] = first(more[1 + i])
                    for i, values in enumerate(more[1 + len(x):]):
                        expected[f"the gradient by, or state, {i}"] = weight_as_ours(values)
                apart.add("layer", ours, case, given, expected, TOLERANCE)
            ask({"kind": "layer", "name": name, "config": config, "training": training,
                 "inputs": [array(last(one)) for one in x],
                 "weights": [array(weight_as_keras(one)) for one in w]}, then)


FUNCTIONS = ["linear", "relu", "sigmoid", "tanh", "elu", "softplus", "softmax", "swish", "gelu"]
for function in FUNCTIONS:
    layer({"activation": {"function": function}}, "activation", {"activation": function}, [[7]],
          gradients=function != "gelu")  # which TensorFlow.js has no kernel for the way back of
for units, inputs, function in (1, 5, "linear"), (17, 9, "tanh"), (8, 33, "softplus"):
    layer({"dense": {"units": units, "activation": function}}, "dense",
          {"units": units, "activation": function}, [[inputs]], [[units, inputs], [units]])
for filters, kernel, stride, dilation, padding, shape in [
        (3, [3, 3], 1, 1, "same", [2, 5, 4]), (9, [2, 3], 1, 1, "valid", [3, 4, 7]),
        (5, [4, 1], 2, 1, "same", [8, 7, 6]), (1, [1, 1], 3, 1, "same", [1, 5, 7]),
        (4, [3, 3], 2, 1, "valid", [17, 6, 5]), (2, [3, 2], 1, 2, "same", [3, 7, 6]),
        (3, [2, 2], 1, 3, "valid", [2, 6, 7])]:
    layer({"conv2d": {"filters": filters, "kernel": kernel, "stride": stride, "dilation": dilation,
                      "padding": padding}},
          "conv2d", {"filters": filters, "kernelSize": kernel, "strides": stride,
                     "dilationRate": dilation, "padding": padding}, [shape],
          [[filters, shape[0], *kernel], [filters]], gradients=dilation == 1)
for filters, kernel, stride, padding, shape in [
        (3, [3, 3], 2, "same", [2, 3, 4]), (2, [2, 3], 1, "valid", [3, 4, 2]),
        (5, [4, 4], 3, "same", [2, 2, 3]), (1, [5, 2], 2, "valid", [9, 3, 3])]:
    layer({"conv2d_transpose": {"filters": filters, "kernel": kernel, "stride": stride,
                                "padding": padding}},
          "conv2dTranspose", {"filters": filters, "kernelSize": kernel, "strides": stride,
                              "padding": padding}, [shape],
          [[shape[0], filters, *kernel], [filters]])
for config in {}, {"momentum": 0.7, "epsilon": 0.01}:
    for shape in [6], [3, 4, 5]:
        layer({"batch_normalization": config}, "batchNormalization", config, [shape],
              [shape[:1]] * 4, states=2)
for config in {}, {"epsilon": 0.1}:
    for shape in [6], [5, 2, 3]:
        layer({"layer_normalization": config}, "layerNormalization", config, [shape],
              [shape[:1], shape[:1]])
for size, stride, padding in ([2, 2], [2, 2], "valid"), ([3, 2], [2, 1], "same"), \
        ([2, 3], [1, 3], "valid"), ([3, 3], [2, 2], "same"):
    for ours, theirs in ("max_pool2d", "maxPooling2d"), ("average_pool2d", "averagePooling2d"):
        layer({ours: {"size": size, "stride": stride, "padding": padding}}, theirs,
              {"poolSize": size, "strides": stride, "padding": padding}, [[3, 7, 6]],
              gradients=ours == "max_pool2d" or padding == "valid")
layer("global_max_pooling2d", "globalMaxPooling2d", {}, [[3, 4, 5]])
layer("global_average_pooling2d", "globalAveragePooling2d", {}, [[9, 4, 5]])
layer({"up_sampling2d": {"size": [2, 3]}}, "upSampling2d", {"size": [2, 3]}, [[3, 4, 5]],
      gradients=False)
layer({"zero_padding2d": {"padding": [1, 0, 2, 3]}}, "zeroPadding2d",
      {"padding": [[1, 0], [2, 3]]}, [[3, 4, 5]])
layer("leaky_relu", "leakyReLU", {}, [[7]])
layer({"leaky_relu": {"negative_slope": 0.1}}, "leakyReLU", {"alpha": 0.1}, [[3, 4, 5]])
layer("add", "add", {}, [[3, 4, 5]] * 3)
layer("multiply", "multiply", {}, [[3, 4, 5]] * 2)
layer("concatenate", "concatenate", {"axis": -1}, [[3, 4, 5], [2, 4, 5]])

# Losses of each sample. Their gradients are compared with PyTorch's.
shares = random.dirichlet(np.ones(7), 17).astype(np.float32)
others = random.dirichlet(np.ones(7), 17).astype(np.float32)
values = floats(17, 7)
one_hot = np.eye(7, dtype=np.float32)[random.randint(0, 7, 17)]
for ours, name, y, t in [
        ("mean_squared_error", "meanSquaredError", values, others),
        ("mean_absolute_error", "meanAbsoluteError", values, others),
        ("binary_crossentropy", "binaryCrossentropy", shares, others),
        ("binary_crossentropy", "binaryCrossentropy", one_hot, others),
        ("categorical_crossentropy", "categoricalCrossentropy", shares, one_hot),
        ("categorical_crossentropy", "categoricalCrossentropy", shares, others),
        ("sparse_categorical_crossentropy", "sparseCategoricalCrossentropy", shares,
         one_hot.argmax(1)[:, None].astype(np.float32)),
        ("kl_divergence", "kullbackLeiblerDivergence", shares, others),
        ("hinge", "hinge", values, np.sign(floats(17, 7)))]:
    def then(found, ours=ours, y=y, t=t):
        apart.add("loss", ours, {"shape": [7], "samples": 17, "gradient": False}, [y, t],
                  {"the loss": found[0]}, TOLERANCE)
    ask({"kind": "loss", "name": name, "y": array(y), "t": array(t)}, then)
for delta in 1, 0.4:
    def then(found, delta=delta):
        apart.add("loss", {"huber": {"delta": delta}},
                  {"shape": [7], "samples": 17, "gradient": False}, [values, others],
                  {"the loss": found[0]}, TOLERANCE)
    ask({"kind": "huber", "delta": delta, "y": array(values), "t": array(others)}, then)

# Metrics of 17 samples that count alike.
classes = one_hot.argmax(1)
yes = np.round(random.rand(17, 1)).astype(np.float32)
said = np.round(random.rand(17, 1)).astype(np.float32)
for ours, name, y, t in [
        ("accuracy", "categoricalAccuracy", shares, one_hot),
        ("accuracy", "binaryAccuracy", random.rand(17, 1).astype(np.float32), yes),
        ("precision", "precision", said, yes), ("recall", "recall", said, yes),
        ("mean_squared_error", "meanSquaredError", values, others),
        ("mean_absolute_error", "meanAbsoluteError", values, others)]:
    def then(found, ours=ours, y=y, t=t):
        apart.add("metric", ours, {"shape": list(y.shape[1:]), "target": list(t.shape[1:]),
                                   "samples": 17}, [y, t, np.ones(17)],
                  {"the value": [found[0]]}, TOLERANCE)
    ask({"kind": "metric", "name": name, "y": array(y), "t": array(t)}, then)

# Optimizers along gradients that are far larger than epsilon: where TensorFlow.js adds that, it is
# PyTorch with Adam, and Keras 3 with RMSprop.
for ours, p, name, parameters in [
        ("sgd", {}, "sgd", [0.01]),
        ("sgd", {"momentum": 0.9}, "momentum", [0.01, 0.9]),
        ("sgd", {"momentum": 0.9, "nesterov": True}, "momentum", [0.01, 0.9, True]),
        ("rmsprop", {}, "rmsprop", [0.001, 0.9, 0, 1e-7]),
        ("rmsprop", {"rho": 0.8, "momentum": 0.5}, "rmsprop", [0.001, 0.8, 0.5, 1e-7]),
        ("adagrad", {}, "adagrad", [0.001, 0.1]),
        ("adam", {}, "adam", [0.001, 0.9, 0.999, 1e-7]),
        ("adam", {"beta_1": 0.5, "beta_2": 0.9}, "adam", [0.001, 0.5, 0.9, 1e-7])]:
    gradients = [np.sign(g) * (np.abs(g) + 1) for g in (floats(19) for _ in range(20))]
    start = floats(19)

    def then(found, ours={ours: p}, start=start, gradients=gradients):
        apart.add("optimizer", ours, {"values": 19, "steps": 20}, [start, *gradients],
                  {"the weights": np.array(found)}, TOLERANCE)
    ask({"kind": "optimizer", "name": name, "parameters": parameters, "start": array(start),
         "gradients": [array(g) for g in gradients]}, then)

if shutil.which("node") is None:
    print("skipped: node is missing")
    sys.exit(SKIPPED)
script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "keras.js")
keras = subprocess.run(["node", script], input=json.dumps(questions), stdout=subprocess.PIPE,
                       text=True)
if keras.returncode == SKIPPED:
    print(f"skipped: {keras.stdout.strip()}")
    sys.exit(SKIPPED)
keras.check_returncode()
for then, arrays in zip(answered, json.loads(keras.stdout)):
    then([np.array(one["values"]).reshape(one["shape"]) for one in arrays])
sys.exit(apart.run() > 0)
