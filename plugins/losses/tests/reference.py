"""Prints the values and gradients that class_losses.cpp and value_losses.cpp hold, by PyTorch in
double precision from waves: y and t of two samples.

    python3 reference.py        (PyTorch 1.13)
"""
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def wave(n, a, b, size=1.0):
    return size * torch.sin(a * torch.arange(n) + b)


def show(name, loss, y):
    """Of each sample the loss, then the gradient of the mean loss by y."""
    y = y.clone().requires_grad_()
    losses = loss(y)
    losses.mean().backward()
    print(name, [float(f"{v:.9f}") for v in losses.tolist()])
    print("  ", [float(f"{v:.9f}") for v in y.grad.flatten().tolist()])


z = wave(6, 0.7, 0.3, 3).reshape(2, 3)
labels = torch.tensor([2, 0])
one_hot = F.one_hot(labels, 3).double()
soft = torch.softmax(wave(6, 0.9, 0.1, 2).reshape(2, 3), -1)
p = torch.softmax(z, -1)
show("categorical p", lambda y: -(one_hot * torch.log(y / y.sum(-1, keepdim=True))).sum(-1), p)
show("categorical logits, soft", lambda y: F.cross_entropy(y, soft, reduction="none"), z)
show("sparse logits", lambda y: F.cross_entropy(y, labels, reduction="none"), z)
smoothed = one_hot * 0.8 + 0.2 / 3
show("categorical logits, smoothing 0.2", lambda y: F.cross_entropy(y, smoothed, reduction="none"), z)
show("kl", lambda y: F.kl_div(torch.log(y), soft, reduction="none").sum(-1), p)
images = wave(24, 0.7, 0.3, 3).reshape(2, 3, 2, 2)
places = torch.tensor([[[0, 1], [2, 1]], [[2, 2], [0, 1]]])
show("sparse logits of images", lambda y: F.cross_entropy(y, places, reduction="none").mean((1, 2)), images)
t = wave(6, 0.9, 0.1, 2).reshape(2, 3)
show("mae", lambda y: (y - t).abs().mean(-1), z)
show("huber 1.5", lambda y: F.huber_loss(y, t, delta=1.5, reduction="none").mean(-1), z)
signs = torch.tensor([[1.0, -1.0, -1.0], [-1.0, 1.0, 1.0]])
show("hinge", lambda y: torch.clamp(1 - signs * y, min=0).mean(-1), z)
between = 0.5 + 0.5 * wave(6, 0.9, 0.1).reshape(2, 3)
bce = lambda target: lambda y: F.binary_cross_entropy_with_logits(y, target, reduction="none").mean(-1)
show("bce logits", bce(between), z)
show("bce logits, smoothing 0.2", bce(between * 0.8 + 0.1), z)
