"""Every loss in PyTorch: LOSSES[id](p, y, t), a value a sample."""
import numpy as np
import torch
from torch.nn import functional as F

LEAST = 1e-7
MOST = 1 - LEAST
MOST_FLOAT = float(np.float32(MOST))  # where floats are clipped, Keras' as ours: 1 - 1.19e-7


def mean(values):
    return values.flatten(1).mean(1)


def binary_crossentropy(p, y, t):
    s = p.get("label_smoothing", 0)
    t = t * (1 - s) + s / 2
    if p.get("from_logits"):
        return mean(F.binary_cross_entropy_with_logits(y, t, reduction="none"))
    return mean(F.binary_cross_entropy(y.clamp(LEAST, MOST_FLOAT), t, reduction="none"))


def categorical_crossentropy(p, y, t):
    s = p.get("label_smoothing", 0)
    t = t * (1 - s) + s / t.shape[1]
    if p.get("from_logits"):
        log = F.log_softmax(y, 1)
    else:
        log = torch.log((y / y.sum(1, keepdim=True)).clamp(LEAST, MOST))
    return mean(-(t * log).sum(1, keepdim=True))


def sparse_categorical_crossentropy(p, y, t):
    one_hot = F.one_hot(t.long(), y.shape[1]).movedim(-1, 1).to(y.dtype)
    return categorical_crossentropy(p, y, one_hot.reshape(y.shape))


def kl_divergence(p, y, t):
    t = t.clamp(LEAST, 1)
    return mean((t * torch.log(t / y.clamp(LEAST, 1))).sum(1, keepdim=True))


def hinge(p, y, t):
    return mean(torch.relu(1 - torch.where(t > 0, 1.0, -1.0) * y))


LOSSES = {
    "binary_crossentropy": binary_crossentropy,
    "categorical_crossentropy": categorical_crossentropy,
    "sparse_categorical_crossentropy": sparse_categorical_crossentropy,
    "kl_divergence": kl_divergence, "hinge": hinge,
    "mean_squared_error": lambda p, y, t: mean((y - t)**2),
    "mean_absolute_error": lambda p, y, t: mean((y - t).abs()),
    "huber": lambda p, y, t: mean(F.huber_loss(y, t, reduction="none", delta=p.get("delta", 1)))}
