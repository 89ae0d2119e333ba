#!/usr/bin/python3
"""Every loss, metric, optimizer and schedule beside PyTorch, scikit-learn and Keras' formulas in
double precision (losses.py, optimizers.py), over odd shapes and parameters."""
import sys

from program import skip_without
skip_without("numpy", "sklearn", "torch")

import numpy as np
import sklearn.metrics
import torch

from apart import Apart
from losses import LOSSES
from optimizers import OPTIMIZERS, Stepper, scheduled

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
SAMPLES = 1, 15, 16, 17, 33
random = np.random.RandomState(8)
apart = Apart()


def floats(values):
    return np.asarray(values, np.float32).astype(np.float64)


def distributions(shape, sharpness=1.0):
    """Along the second axis; those of a high sharpness are nearly one-hot."""
    z = np.exp(sharpness * random.randn(*shape))
    return floats(z / z.sum(1, keepdims=True))


# Losses: parameters, and how outputs and targets come about for a shape with the samples in front.
def labels(shape):
    return random.randint(0, shape[1], [shape[0], *shape[2:]]).astype(float)


def one_hot(shape):
    return np.moveaxis(np.eye(shape[1])[labels(shape).astype(int)], -1, 1)


def normal(shape):
    return floats(2 * random.randn(*shape))


def shares(shape):
    return floats(random.rand(*shape))


VALUES, CLASSES = [[1], [7], [33], [2, 3, 5]], [[2], [10], [17], [3, 4, 2]]
LOSS_CASES = {
    "binary_crossentropy": [({}, shares, shares, VALUES),
                            ({}, lambda shape: np.round(shares(shape)), shares, VALUES),
                            ({"label_smoothing": 0.2}, shares, shares, VALUES),
                            ({"from_logits": True}, normal, shares, VALUES),
                            ({"from_logits": True, "label_smoothing": 0.1},
                             lambda shape: 30 * normal(shape), shares, VALUES)],
    "categorical_crossentropy": [({}, distributions, one_hot, CLASSES),
                                 ({}, lambda shape: distributions(shape, 12), distributions,
                                  CLASSES),
                                 ({"label_smoothing": 0.3}, distributions, one_hot, CLASSES),
                                 ({"from_logits": True}, normal, distributions, CLASSES)],
    "sparse_categorical_crossentropy": [({}, distributions, labels, CLASSES),
                                        ({"from_logits": True}, lambda shape: 20 * normal(shape),
                                         labels, CLASSES)],
    "kl_divergence": [({}, distributions, distributions, CLASSES),
                      ({}, distributions, one_hot, CLASSES)],
    "mean_squared_error": [({}, normal, normal, VALUES)],
    "mean_absolute_error": [({}, normal, normal, VALUES)],
    "huber": [({}, normal, normal, VALUES), ({"delta": 0.3}, normal, normal, VALUES)],
    "hinge": [({}, normal, lambda shape: np.sign(normal(shape)), VALUES),
              ({}, normal, lambda shape: np.round(shares(shape)), VALUES)],
}

apart.require_all("loss", LOSS_CASES)
for name, cases in LOSS_CASES.items():
    for p, outputs, targets, shapes in cases:
        for shape in shapes:
            for samples in SAMPLES:
                y, t = outputs([samples, *shape]), targets([samples, *shape])
                of_y = torch.tensor(y).requires_grad_()
                values = LOSSES[name](p, of_y, torch.tensor(t))
                gradient, = torch.autograd.grad(values.mean(), of_y)
                apart.add("loss", {name: p}, {"shape": shape, "samples": samples, "gradient": True},
                          [y, t], {"the loss": values.detach(), "the gradient": gradient})


# Metrics, by scikit-learn with weights of the samples.
def picked(y):
    return y.argmax(1) if y.ndim > 1 and y.shape[1] > 1 else (y.ravel() > 0.5).astype(int)


def rows(values):
    """Samples and places as rows, classes as columns."""
    return np.moveaxis(values, 1, -1).reshape(-1, values.shape[1])


def of_classes(function, **how):
    def value(p, y, t, w):
        if y.shape[1] > 1:
            weights = np.repeat(w, int(np.prod(y.shape[2:])))
            return function(t.ravel().astype(int), rows(y).argmax(1), sample_weight=weights, **how)
        return function(t.ravel().astype(int), picked(y), sample_weight=w, **how)
    return value


def averaged(function):
    def value(p, y, t, w):
        average = p.get("average", "macro")
        if y.shape[1] == 1:
            return function(t.ravel(), picked(y), sample_weight=w, zero_division=0)
        weights = np.repeat(w, int(np.prod(y.shape[2:])))
        return function(t.ravel().astype(int), rows(y).argmax(1), sample_weight=weights,
                        average=average, labels=range(y.shape[1]), zero_division=0)
    return value


def top_k(p, y, t, w):
    """Keras' in_top_k: of equal outputs all are among the largest, or none."""
    own = np.take_along_axis(y, t.reshape(-1, 1).astype(int), 1)
    return np.average((y > own).sum(1) < p.get("k", 5), weights=w)


def keras_auc(p, y, t, w):
    """Keras' AUC: true and false positives above each threshold, trapezoids between them."""
    n = p.get("num_thresholds", 200)
    thresholds = np.array([-1e-7, *(np.arange(1, n - 1) / (n - 1)), 1 + 1e-7])
    weights = np.repeat(w, y[0].size)
    above = y.ravel()[None] > thresholds[:, None]
    positive = (above * weights * (t.ravel() > 0.5)).sum(1)
    negative = (above * weights * (t.ravel() <= 0.5)).sum(1)
    return -np.trapz(positive / positive[0], negative / negative[0])


def error(function):
    return lambda p, y, t, w: function(t.reshape(len(t), -1), y.reshape(len(y), -1),
                                       sample_weight=w)


def halves(shape):
    return np.round(shares(shape))


METRIC_CASES = {
    "accuracy": ([{}], of_classes(sklearn.metrics.accuracy_score)),
    "top_k_accuracy": ([{}, {"k": 1}, {"k": 3}], top_k),
    "precision": ([{}, {"average": "micro"}], averaged(sklearn.metrics.precision_score)),
    "recall": ([{}, {"average": "micro"}], averaged(sklearn.metrics.recall_score)),
    "f1_score": ([{}, {"average": "micro"}], averaged(sklearn.metrics.f1_score)),
    "auc": ([{}, {"num_thresholds": 7}, {"num_thresholds": 17}], keras_auc),
    "mean_absolute_error": ([{}], error(sklearn.metrics.mean_absolute_error)),
    "mean_squared_error": ([{}], error(sklearn.metrics.mean_squared_error)),
    "root_mean_squared_error": ([{}], lambda p, y, t, w: np.sqrt(
        error(sklearn.metrics.mean_squared_error)(p, y, t, w))),
    "r2_score": ([{}], error(sklearn.metrics.r2_score)),
}
METRIC_SHAPES = {"top_k_accuracy": [[6], [17]], "auc": [[1], [5], [2, 3, 4]],
                 **{name: VALUES for name in METRIC_CASES if "error" in name or name == "r2_score"}}

apart.require_all("metric", METRIC_CASES)
for name, (parameters, function) in METRIC_CASES.items():
    for p in parameters:
        for shape in METRIC_SHAPES.get(name, [[1], *CLASSES]):
            for samples in SAMPLES[1:] if name in ("auc", "r2_score") else SAMPLES:
                full = [samples, *shape]
                if name in METRIC_SHAPES and name != "top_k_accuracy":
                    t = halves(full) if name == "auc" else normal(full)
                    y = shares(full) if name == "auc" else floats(t + normal(full))
                else:
                    y = shares(full) if shape == [1] else distributions(full)
                    t = halves(full) if shape == [1] else labels(full)
                if samples == 33:  # many equal ones, and on thresholds
                    y = np.round(16 * y) / 16
                target = list(t.shape[1:])
                w = floats(random.rand(samples) + 0.1)
                apart.add("metric", {name: p}, {"shape": shape, "target": target,
                                                "samples": samples}, [y, t, w],
                          {"the value": [function(p, y, t, w)]})


# Optimizers: the weights after each of 20 steps along given gradients.
SHARED = [{}, {"learning_rate": 0.05, "clipnorm": 1.5}, {"clipvalue": 0.2, "weight_decay": 0.1},
          {"global_clipnorm": 2, "learning_rate": {"cosine_decay": {
              "initial_learning_rate": 0.1, "decay_steps": 15, "alpha": 0.1}}}]
OPTIMIZER_CASES = {
    "sgd": [{}, {"momentum": 0.9}, {"momentum": 0.7, "nesterov": True}],
    "rmsprop": [{}, {"rho": 0.7, "momentum": 0.5}, {"centered": True, "epsilon": 1e-3}],
    "adadelta": [{}, {"rho": 0.8, "epsilon": 1e-4}],
    "adagrad": [{}, {"initial_accumulator_value": 0, "epsilon": 1e-3}],
    "adam": [{}, {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 0.1}, {"amsgrad": True}],
    "adamw": [{}, {"weight_decay": 0.3, "amsgrad": True}],
    "nadam": [{}, {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 0.1}],
    "lion": [{}, {"beta_1": 0.6, "beta_2": 0.8}],
}

apart.require_all("optimizer", OPTIMIZER_CASES)
assert set(OPTIMIZER_CASES) == set(OPTIMIZERS)
STEPS = 20
for name, cases in OPTIMIZER_CASES.items():
    for own in cases:
        for shared in SHARED:
            for size in 1, 19, 64:
                choice = {name: {**shared, **own}}
                w = torch.tensor(floats(random.randn(size))).requires_grad_()
                given, after = [w.detach().clone().numpy()], []
                stepper = Stepper(choice, {"w": w})
                for step in range(STEPS):
                    # Gradients of all sizes, and some of them 0.
                    g = floats(random.randn(size) * 10.0**random.randint(-4, 2, size)
                               * (random.rand(size) > 0.1))
                    w.grad = torch.tensor(g)
                    stepper.step()
                    given.append(g)
                    after.append(w.detach().clone().numpy())
                apart.add("optimizer", choice, {"values": size, "steps": STEPS}, given,
                          {"the weights": np.array(after)})


# Schedules, also far beyond their ends.
DECAY = {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.6}
SCHEDULE_CASES = {
    "constant": [{"learning_rate": 0.02}],
    "exponential_decay": [DECAY, {**DECAY, "staircase": True}],
    "inverse_time_decay": [DECAY, {**DECAY, "staircase": True}],
    "polynomial_decay": [
        {"initial_learning_rate": 0.1, "decay_steps": 7},
        {"initial_learning_rate": 0.1, "decay_steps": 7, "power": 0.5, "end_learning_rate": 0.01},
        {"initial_learning_rate": 0.1, "decay_steps": 7, "power": 2, "cycle": True}],
    "cosine_decay": [
        {"initial_learning_rate": 0.1, "decay_steps": 7, "alpha": 0.2},
        {"initial_learning_rate": 0.01, "decay_steps": 7, "warmup_target": 0.3, "warmup_steps": 4}],
    "piecewise_constant_decay": [{"boundaries": [2, 5], "values": [1, 0.5, 0.1]}],
    "warm_up": [{"warmup_steps": 5, "after": 0.3, "initial_learning_rate": 0.1},
                {"warmup_steps": 3, "after": {"exponential_decay": DECAY}}],
}

apart.require_all("schedule", SCHEDULE_CASES)
for name, cases in SCHEDULE_CASES.items():
    for p in cases:
        steps = [*range(40), 1000, 1000000]
        apart.add("schedule", {name: p}, {"steps": steps}, [],
                  {"the rates": [scheduled({name: p}, step) for step in steps]}, 1e-12)

sys.exit(apart.run() > 0)
