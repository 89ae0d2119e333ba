"""Every layer in PyTorch: LAYERS[id](p, x, w, draws), with p the parameters, x the inputs, w the
weights by their names, and draws, in training, the layer's; states in w change in place.
"""
import numpy as np
import torch
from torch.nn import functional as F

import draws as random

ACTIVATIONS = {
    "linear": lambda x: x, "relu": torch.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh,
    "elu": F.elu, "softplus": F.softplus, "swish": F.silu, "gelu": F.gelu,
    "softmax": lambda x: torch.softmax(x, 1), "leaky_relu": lambda x: F.leaky_relu(x, 0.2)}


def pair(value):
    return list(value) if isinstance(value, (list, tuple)) else [value, value]


def same(size, kernel, stride, dilation=1):
    """Keras' padding of one axis: so much in front, so much behind."""
    windows = -(-size // stride)
    total = max((windows - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
    return total // 2, total - total // 2


def padded(x, p, kernel, stride, dilation=1, value=0.0):
    if p.get("padding", "valid") == "valid":
        return x
    rows, columns = (same(size, k, s, dilation) for size, k, s in zip(x.shape[2:], kernel, stride))
    return F.pad(x, (*columns, *rows), value=value)


def numbers(values):
    return torch.tensor(values, dtype=torch.get_default_dtype())


def dense(p, x, w, draws):
    return ACTIVATIONS[p.get("activation", "linear")](F.linear(x[0], w["kernel"], w.get("bias")))


def conv2d(p, x, w, draws):
    stride, dilation = p.get("stride", 1), p.get("dilation", 1)
    images = padded(x[0], p, pair(p["kernel"]), pair(stride), dilation)
    y = F.conv2d(images, w["kernel"], w.get("bias"), stride, 0, dilation)
    return ACTIVATIONS[p.get("activation", "linear")](y)


def conv2d_transpose(p, x, w, draws):
    stride, kernel = p.get("stride", 1), pair(p["kernel"])
    y = F.conv_transpose2d(x[0], w["kernel"], None, stride)
    for axis, k in ((2, kernel[0]), (3, kernel[1])):
        wanted, before = x[0].shape[axis] * stride, 0
        if p.get("padding") == "same":
            before = max(k - stride, 0) // 2
        else:
            wanted += max(k - stride, 0)
        missing = max(before + wanted - y.shape[axis], 0)
        y = F.pad(y, (0, missing) if axis == 3 else (0, 0, 0, missing)).narrow(axis, before, wanted)
    if "bias" in w:
        y = y + w["bias"][:, None, None]
    return ACTIVATIONS[p.get("activation", "linear")](y)


def batch_normalization(p, x, w, draws):
    axes = [axis for axis in range(x[0].dim()) if axis != 1]
    if draws:
        mean, variance = x[0].mean(axes), x[0].var(axes, unbiased=False)
        keep = p.get("momentum", 0.99)
        for state, value in ("moving_mean", mean), ("moving_variance", variance):
            w[state].mul_(keep).add_((1 - keep) * value.detach())
    else:
        mean, variance = w["moving_mean"], w["moving_variance"]
    shape = [1, -1] + [1] * (x[0].dim() - 2)
    y = (x[0] - mean.reshape(shape)) / torch.sqrt(variance.reshape(shape) + p.get("epsilon", 1e-3))
    return scaled(y, w, shape)


def layer_normalization(p, x, w, draws):
    y = F.layer_norm(x[0].movedim(1, -1), x[0].shape[1:2], eps=p.get("epsilon", 1e-3))
    return scaled(y.movedim(-1, 1), w, [1, -1] + [1] * (x[0].dim() - 2))


def scaled(y, w, shape):
    if "gamma" in w:
        y = y * w["gamma"].reshape(shape)
    return y + w["beta"].reshape(shape) if "beta" in w else y


def windows_of(p):
    size = pair(p.get("size", 2))
    return size, pair(p["stride"]) if p.get("stride") is not None else size


def max_pool2d(p, x, w, draws):
    size, stride = windows_of(p)
    return F.max_pool2d(padded(x[0], p, size, stride, value=-np.inf), size, stride)


def average_pool2d(p, x, w, draws):
    size, stride = windows_of(p)
    total, count = (F.avg_pool2d(padded(values, p, size, stride), size, stride, divisor_override=1)
                    for values in (x[0], torch.ones_like(x[0])))
    return total / count


def up_sampling2d(p, x, w, draws):
    rows, columns = pair(p.get("size", 2))
    return x[0].repeat_interleave(rows, 2).repeat_interleave(columns, 3)


def zero_padding2d(p, x, w, draws):
    sides = list(p.get("padding", [1]))
    top, bottom, left, right = sides if len(sides) == 4 else np.repeat(pair_of_sides(sides), 2)
    return F.pad(x[0], (int(left), int(right), int(top), int(bottom)))


def pair_of_sides(sides):
    return sides if len(sides) == 2 else sides * 2


def kl_divergence(p, x, w, draws):
    m, s = (values.flatten(1) for values in x)
    if p.get("form", "standard") == "lecture":
        return -0.5 * (1 + s - m**2 - torch.exp(s)).mean(1, keepdim=True)
    return -0.5 * (1 + 2 * s - m**2 - torch.exp(2 * s)).sum(1, keepdim=True)


def dropout(p, x, w, draws):
    if not draws:
        return x[0]
    drawn = draws.uniform(random.DROPOUT, x[0][0].numel()).reshape(x[0].shape)
    return x[0] * torch.tensor(drawn >= np.float32(p["rate"])) / (1 - p["rate"])


def noise_like(x, draws):
    return numbers(draws.normal(random.NOISE, x[0].numel())).reshape(x.shape)


def gaussian_noise(p, x, w, draws):
    return x[0] + p["stddev"] * noise_like(x[0], draws) if draws else x[0]


def gaussian_sampling(p, x, w, draws):
    mean, log_sigma = x
    if not draws:
        return mean
    return mean + torch.exp(log_sigma) * p.get("stddev", 1) * noise_like(mean, draws)


def folded(place, size, mode):
    """Places of an axis as np.pad numbers them; -1 for the constant."""
    inside = (place >= 0) & (place < size)
    return {"constant": np.where(inside, place, -1),
            "nearest": np.clip(place, 0, size - 1),
            "wrap": place % size,
            "reflect": np.minimum(place % (2 * size), 2 * size - 1 - place % (2 * size)),
            }[mode]


def warped(x, draws, p, matrix_of):
    """Each image by a warp {{a, b, c}, {d, e, f}}: place (r, q) shows what was at row a·r + b·q + c
    and column d·r + e·q + f, of four pixels."""
    if not draws:
        return x
    height, width = x.shape[2:]
    r, q = np.mgrid[:height, :width]
    mode, fill = p.get("fill_mode", "reflect"), p.get("fill_value", 0)
    images = []
    for image, (u, v) in zip(x, draws.uniform(random.NOISE, 2)):
        rows, columns = matrix_of(height, width, u, v)
        row, column = (m[0] * r + m[1] * q + m[2] for m in (rows, columns))
        y = 0
        for down in 0, 1:
            for right in 0, 1:
                share = (np.abs(1 - down - (row - np.floor(row)))
                         * np.abs(1 - right - (column - np.floor(column))))
                a = folded(np.floor(row).astype(int) + down, height, mode)
                b = folded(np.floor(column).astype(int) + right, width, mode)
                found = torch.where(torch.tensor((a < 0) | (b < 0)), numbers(fill), image[:, a, b])
                y = y + numbers(share) * found
        images.append(y)
    return torch.stack(images)


def bounds(value, u):
    low, high = value if isinstance(value, list) else (-value, value)
    return low + (high - low) * u


def around_middle(height, width, m):
    row, column = (height - 1) / 2, (width - 1) / 2
    return ((m[0][0], m[0][1], row - m[0][0] * row - m[0][1] * column),
            (m[1][0], m[1][1], column - m[1][0] * row - m[1][1] * column))


def random_flip(p, x, w, draws):
    mode = p.get("mode", "horizontal_and_vertical")

    def matrix(height, width, u, v):
        rows, columns = (1, 0, 0), (0, 1, 0)
        if "vertical" in mode and u < 0.5:
            rows = (-1, 0, height - 1)
        if "horizontal" in mode and v < 0.5:
            columns = (0, -1, width - 1)
        return rows, columns
    return warped(x[0], draws, p, matrix)


def random_translation(p, x, w, draws):
    return warped(x[0], draws, p, lambda height, width, u, v: (
        (1, 0, -bounds(p["height_factor"], u) * height),
        (0, 1, -bounds(p["width_factor"], v) * width)))


def random_rotation(p, x, w, draws):
    def matrix(height, width, u, v):
        angle = 2 * np.pi * bounds(p["factor"], u)
        turn = (np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))
        return around_middle(height, width, turn)
    return warped(x[0], draws, p, matrix)


def random_zoom(p, x, w, draws):
    def matrix(height, width, u, v):
        rows = 1 + bounds(p["height_factor"], u)
        columns = 1 + bounds(p["width_factor"], v) if p.get("width_factor") is not None else rows
        return around_middle(height, width, ((rows, 0), (0, columns)))
    return warped(x[0], draws, p, matrix)


def random_erasing(p, x, w, draws):
    if not draws:
        return x[0]
    height, width = x[0].shape[2:]
    images = []
    for image, drawn in zip(x[0], draws.uniform(random.NOISE, 5)):
        area = bounds(p.get("scale", [0.02, 0.33]), drawn[1]) * height * width
        ratio = bounds(p.get("ratio", [0.3, 3.3]), drawn[2])
        rows = min(height, int(np.sqrt(area * ratio) + 0.5))
        columns = min(width, int(np.sqrt(area / ratio) + 0.5))
        top, left = int(drawn[3] * (height - rows + 1)), int(drawn[4] * (width - columns + 1))
        keep = torch.ones(height, width)
        if drawn[0] < p.get("rate", 1):
            keep[top:top + rows, left:left + columns] = 0
        images.append(image * keep + (1 - keep) * p.get("fill_value", 0))
    return torch.stack(images)


LAYERS = {
    "dense": dense, "conv2d": conv2d, "conv2d_transpose": conv2d_transpose,
    "batch_normalization": batch_normalization, "layer_normalization": layer_normalization,
    "max_pool2d": max_pool2d, "average_pool2d": average_pool2d,
    "global_max_pooling2d": lambda p, x, w, draws: x[0].amax((2, 3)),
    "global_average_pooling2d": lambda p, x, w, draws: x[0].mean((2, 3)),
    "up_sampling2d": up_sampling2d, "zero_padding2d": zero_padding2d,
    "activation": lambda p, x, w, draws: ACTIVATIONS[p["function"]](x[0]),
    "relu": lambda p, x, w, draws: torch.relu(x[0]),
    "softmax": lambda p, x, w, draws: torch.softmax(x[0], 1),
    "swish": lambda p, x, w, draws: F.silu(x[0]), "gelu": lambda p, x, w, draws: F.gelu(x[0]),
    "leaky_relu": lambda p, x, w, draws: F.leaky_relu(x[0], p.get("negative_slope", 0.3)),
    "add": lambda p, x, w, draws: sum(x),
    "multiply": lambda p, x, w, draws: torch.stack(x).prod(0),
    "concatenate": lambda p, x, w, draws: torch.cat(x, 1),
    "input": lambda p, x, w, draws: x[0], "flatten": lambda p, x, w, draws: x[0].flatten(1),
    "reshape": lambda p, x, w, draws: x[0].reshape(len(x[0]), *p["shape"]),
    "kl_divergence": kl_divergence, "dropout": dropout, "gaussian_noise": gaussian_noise,
    "gaussian_sampling": gaussian_sampling, "random_flip": random_flip,
    "random_translation": random_translation, "random_rotation": random_rotation,
    "random_zoom": random_zoom, "random_erasing": random_erasing}
