"""Prints the losses and gradients that vae_test.cpp holds, computed by PyTorch in double precision:
a variational auto-encoder {4} -> tanh 3 -> latent 2 -> sigmoid {4} without noise.

    python3 reference.py        (PyTorch 1.13)
"""
import math
import torch

torch.set_default_dtype(torch.float64)
wave = lambda n, start: torch.tensor([0.5 * math.sin(0.7 * i + start) for i in range(n)])
shapes = [(3, 4), (3,), (2, 3), (2,), (2, 3), (2,), (4, 2), (4,)]
weights = [wave(math.prod(s), 1.3 * k + 0.5).reshape(s).requires_grad_() for k, s in enumerate(shapes)]
hw, hb, mw, mb, sw, sb, dw, db = weights
x = torch.tensor([[0.0, 0.25, 0.5, 1.0], [1.0, 0.75, 0.1, 0.0]])
h = torch.tanh(x @ hw.T + hb)
m, s = h @ mw.T + mb, h @ sw.T + sb
y = torch.sigmoid(m @ dw.T + db)
bce = torch.nn.functional.binary_cross_entropy(y, x, reduction="none").mean(-1)
kl = -0.5 * torch.mean(1 + s - m ** 2 - torch.exp(s), -1)
loss = bce + kl
loss.mean().backward()
print("loss", [f"{v:.9f}" for v in loss.tolist()], "kl", [f"{v:.9f}" for v in kl.tolist()])
print("mean", [f"{v:.9f}" for v in m.flatten().tolist()])
for name, w in zip("hw hb mw mb sw sb dw db".split(), weights):
    print(name, ", ".join(f"{v:.9f}" for v in w.grad.flatten().tolist()[:4]))
