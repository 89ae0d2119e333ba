"""Prints the weights that trajectory_test.cpp holds: PyTorch's optimizers, in double precision, on
the sum of a/2·(w - b)² over 19 values.

    python3 reference.py        (PyTorch 1.13)
"""
import math
import torch

torch.set_default_dtype(torch.float64)
OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, 0.1),
    "momentum": lambda p: torch.optim.SGD(p, 0.1, momentum=0.8),
    "nesterov": lambda p: torch.optim.SGD(p, 0.1, momentum=0.8, nesterov=True),
    "adadelta": lambda p: torch.optim.Adadelta(p, 1.0, rho=0.95, eps=1e-7),
    "rmsprop": lambda p: torch.optim.RMSprop(p, 0.001, alpha=0.9, eps=1e-7),
    "rmsprop momentum": lambda p: torch.optim.RMSprop(
        p, 0.001, alpha=0.9, eps=1e-7, momentum=0.8
    ),
    "rmsprop centered": lambda p: torch.optim.RMSprop(
        p, 0.001, alpha=0.9, eps=1e-7, momentum=0.8, centered=True
    ),
    "adam": lambda p: torch.optim.Adam(p, 0.001, eps=1e-7),
    "adam amsgrad": lambda p: torch.optim.Adam(p, 0.001, eps=1e-7, amsgrad=True),
    "adamw": lambda p: torch.optim.AdamW(p, 0.001, eps=1e-7, weight_decay=0.004),
}
a = torch.tensor([0.5 + 0.1 * i for i in range(19)])
b = torch.tensor([math.cos(0.9 * i) for i in range(19)])
for name, make in OPTIMIZERS.items():
    w = torch.tensor([math.sin(0.7 * i + 1) for i in range(19)], requires_grad=True)
    optimizer = make([w])
    for step in range(1, 21):
        optimizer.zero_grad()
        (0.5 * a * (w - b) ** 2).sum().backward()
        if name.startswith("adam"):  # Keras 2 adds epsilon before the correction of the bias
            optimizer.param_groups[0]["eps"] = 1e-7 / math.sqrt(1 - 0.999 ** step)
        optimizer.step()
        if step in (1, 2, 20):
            print(f"{name:17}{step:3}  " + ", ".join(f"{w[i].item():.9f}" for i in (0, 7, 18)))
