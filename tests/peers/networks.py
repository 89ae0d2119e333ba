"""The models of plugin models in PyTorch, and their training as train.fit does it: initial weights,
the samples' order and all draws follow from the seed alone."""
import numpy as np
import torch

import draws as random
from layers import LAYERS
from losses import LOSSES
from optimizers import Stepper
from weights import INITIAL, STATES, initial_values

NAMES = {"gaussian_sampling": "lambda"}  # of layers without a name, where it is not the id


def chosen(component):
    """`id` or `{id: parameters}` of a pipeline file."""
    if isinstance(component, str):
        return component, {}
    (name, p), = component.items()
    return name, p or {}


class Node:
    def __init__(self, path, layer, p, inputs, shares=None):
        self.path, self.layer, self.p, self.inputs = path, layer, p, inputs
        self.owner = shares or self
        self.weights = {} if shares is None else shares.weights


class Network:
    """Node None is where samples come in."""

    def __init__(self, model, seed):
        self.seed, self.nodes, self.counts = seed, [], {}
        self.weights, self.rules = {}, {}
        kind, p = chosen(model)
        self.terms = []
        getattr(self, kind)(p)
        self.loss = chosen(p.get("loss", "binary_crossentropy"))

    def add(self, part, layer, inputs, name=None, shares=None):
        kind, p = (shares.layer, shares.p) if shares else chosen(layer)
        base = NAMES.get(kind, kind)
        if name is None:
            self.counts[base] = self.counts.get(base, 0) + 1
            name = f"{base}_{self.counts[base]}"
        node = Node(f"{part}/{name}" if part else name, kind, p, inputs, shares)
        self.nodes.append(node)
        return node

    def chain(self, part, layers, last):
        for layer in layers:
            last = self.add(part, layer, [last])
        return last

    def sequential(self, p):
        self.output = self.chain("", p["layers"], None)

    def network(self, p):
        named, last = {"input": None}, None
        for entry in p["layers"]:
            entry = {entry: {}} if isinstance(entry, str) else dict(entry)
            name, shared = entry.pop("name", None), entry.pop("shared", None)
            wanted = entry.pop("from", None)
            wanted = [wanted] if isinstance(wanted, str) else wanted
            inputs = [named[one] for one in wanted] if wanted else [last]
            last = self.add("", entry, inputs, name, named[shared] if shared else None)
            named[last.path] = last
        self.output = last

    def autoencoder(self, p):
        self.output = self.chain("decoder", p["decoder"], self.chain("encoder", p["encoder"], None))

    def vae(self, p):
        last = self.chain("encoder", p.get("encoder", []), None)
        mean, log_sigma = (self.add("encoder", {"dense": {"units": p.get("latent", 2)}}, [last])
                           for _ in range(2))
        sampling = {"gaussian_sampling": {"stddev": p.get("sigma", 1)}}
        z = self.add("encoder", sampling, [mean, log_sigma])
        self.output = self.chain("decoder", p["decoder"], z)
        divergence = {"kl_divergence": {"form": p.get("kl", "lecture")}}
        self.terms = [(p.get("beta", 1), self.add("", divergence, [mean, log_sigma]))]

    def begin(self, node, shape):
        """The weights of a node that is met for the first time."""
        if node.layer not in INITIAL:
            return
        for name, (size, how) in INITIAL[node.layer](node.p, shape).items():
            path = f"{node.path}/{name}"
            node.weights[name] = initial_values(size, how, self.seed, path)
            if name in STATES:
                continue
            self.weights[path] = node.weights[name].requires_grad_()
            self.rules[path] = (node.p.get(name + "_regularizer") or {},
                                node.p.get(name + "_constraint"))

    def forward(self, x, epoch=0, rows=None):
        """Of each sample the output and the terms' share of the loss; in training with `rows`."""
        values = {None: x}
        for node in self.nodes:
            inputs = [values[one] for one in node.inputs]
            if not node.weights:
                self.begin(node, list(inputs[0].shape[1:]))
            draws = None if rows is None else random.Draws(self.seed, node.path, epoch, rows)
            values[node] = LAYERS[node.layer](node.p, inputs, node.weights, draws)
        extra = sum((weight * values[node][:, 0] for weight, node in self.terms),
                    torch.zeros(len(x)))
        return values[self.output], extra

    def losses(self, x, t, epoch=0, rows=None):
        """Of each sample the loss, and whether its largest output is that of the target's class."""
        y, extra = self.forward(x, epoch, rows)
        name, p = self.loss
        right = y.argmax(1) == t if name.startswith("sparse") else None
        return LOSSES[name](p, y, t) + extra, right

    def penalty(self):
        return sum(rules.get("l1", 0) * w.abs().sum() + rules.get("l2", 0) * (w**2).sum()
                   for w, (rules, _) in ((w, self.rules[path]) for path, w in self.weights.items()))

    @torch.no_grad()
    def constrain(self):
        for path, w in self.weights.items():
            constraint = self.rules[path][1]
            if not constraint:
                continue
            name, p = chosen(constraint)
            if name == "non_neg":
                w.clamp_(min=0)
                continue
            norms = (w.flatten(1) if w.dim() > 1 else w[None]).norm(dim=1)
            most = norms.clamp(max=p.get("max_value", 2)) if name == "max_norm" else 1
            factor = most / (1e-7 + norms)
            w.mul_(factor.reshape([-1] + [1] * (w.dim() - 1)))


def train(fit, data, precision=torch.float64):
    """The history that train.fit with parameters `fit` should have of `data`: arrays by the names
    of its inputs."""
    torch.set_default_dtype(precision)
    seed, batch = fit.get("seed", 0), fit.get("batch_size", 128)
    network = Network(fit["model"], seed)
    arrays = {name: torch.tensor(values, dtype=precision) for name, values in data.items()}
    x, t = arrays["train"], arrays.get("train_targets", arrays["train"])
    weights = arrays.get("train_weights", torch.ones(len(x)))
    if fit.get("class_weight") is not None:
        weights = weights * torch.tensor(fit["class_weight"], dtype=precision)[t.long()]
    with torch.no_grad():
        network.forward(x[:1])
    measured = fit.get("metrics") == ["accuracy"]
    optimizer = Stepper(fit["optimizer"], network.weights)
    history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
    for epoch in range(fit.get("epochs", 1)):
        order = random.order(len(x), seed, epoch) if fit.get("shuffle", True) else np.arange(len(x))
        total, right, counted = 0, 0, 0
        for first in range(0, len(x), batch):
            rows = order[first:first + batch]
            losses, is_right = network.losses(x[rows], t[rows], epoch, rows)
            loss = (losses * weights[rows]).mean() + network.penalty()
            for weight in network.weights.values():
                weight.grad = None
            loss.backward()
            total += loss.item() * len(rows)
            if measured:
                right += (is_right * weights[rows]).sum().item()
                counted += weights[rows].sum().item()
            optimizer.step()
            network.constrain()
        history["loss"].append(total / len(x))
        if measured:
            history["accuracy"].append(right / counted)
        if "validation" in arrays:
            v = arrays["validation"]
            with torch.no_grad():
                losses, is_right = network.losses(v, arrays.get("validation_targets", v))
            history["val_loss"].append((losses.mean() + network.penalty()).item())
            if measured:
                history["val_accuracy"].append(is_right.double().mean().item())
    return {name: np.array(values) for name, values in history.items() if values}
