"""Every optimizer, by PyTorch's where its formula is Keras', else by Keras' formula."""
import math

import torch


def adadelta(p, weights):
    return torch.optim.Adadelta(weights, rho=p.get("rho", 0.95), eps=p.get("epsilon", 1e-7))


def adagrad(p, weights):
    """Keras has epsilon under the root, PyTorch behind it."""
    start = p.get("initial_accumulator_value", 0.1) + p.get("epsilon", 1e-7)
    return torch.optim.Adagrad(weights, initial_accumulator_value=start, eps=0)


class Adam(torch.optim.Adam):
    """Keras adds epsilon before it corrects the bias, PyTorch after."""

    def __init__(self, p, weights):
        super().__init__(weights, betas=(p.get("beta_1", 0.9), p.get("beta_2", 0.999)),
                         amsgrad=p.get("amsgrad", False))
        self.epsilon, self.count = p.get("epsilon", 1e-7), 0

    def step(self):
        self.count += 1
        group = self.param_groups[0]
        group["eps"] = self.epsilon / math.sqrt(1 - group["betas"][1]**self.count)
        super().step()


class ByFormula(torch.optim.Optimizer):
    """By one function of a weight w, its gradient g, its slots and the step t from 1."""

    def __init__(self, p, weights):
        super().__init__(weights, {"lr": 1})
        self.p, self.count = p, 0

    @torch.no_grad()
    def step(self):
        self.count += 1
        for group in self.param_groups:
            for w in group["params"]:
                slots = self.state[w]
                if not slots:
                    slots.update({name: torch.zeros_like(w) for name in "mva"})
                self.move(w, w.grad, slots, self.count, group["lr"])


class Sgd(ByFormula):
    """Keras has the rate inside the momentum, PyTorch outside: that differs as the rate changes."""

    def move(self, w, g, slots, t, rate):
        momentum = self.p.get("momentum", 0)
        slots["m"] = momentum * slots["m"] - rate * g
        w += momentum * slots["m"] - rate * g if self.p.get("nesterov") else slots["m"]


class Rmsprop(ByFormula):
    """As Sgd."""

    def move(self, w, g, slots, t, rate):
        rho = self.p.get("rho", 0.9)
        slots["v"] = rho * slots["v"] + (1 - rho) * g**2
        variance = slots["v"]
        if self.p.get("centered"):
            slots["a"] = rho * slots["a"] + (1 - rho) * g
            variance = variance - slots["a"]**2
        step = rate * g / (torch.sqrt(variance) + self.p.get("epsilon", 1e-7))
        slots["m"] = self.p.get("momentum", 0) * slots["m"] + step
        w -= slots["m"]


class Nadam(ByFormula):
    def move(self, w, g, slots, t, rate):
        b1, b2 = self.p.get("beta_1", 0.9), self.p.get("beta_2", 0.999)
        u = [b1 * (1 - 0.5 * 0.96**i) for i in range(1, t + 2)]
        slots["m"] = b1 * slots["m"] + (1 - b1) * g
        slots["v"] = b2 * slots["v"] + (1 - b2) * g**2
        mean = (u[t] * slots["m"] / (1 - math.prod(u))
                + (1 - u[t - 1]) * g / (1 - math.prod(u[:t])))
        w -= rate * mean / (torch.sqrt(slots["v"] / (1 - b2**t)) + self.p.get("epsilon", 1e-7))


class Lion(ByFormula):
    def move(self, w, g, slots, t, rate):
        b1, b2 = self.p.get("beta_1", 0.9), self.p.get("beta_2", 0.99)
        w -= rate * torch.sign(b1 * slots["m"] + (1 - b1) * g)
        slots["m"] = b2 * slots["m"] + (1 - b2) * g


OPTIMIZERS = {"sgd": Sgd, "rmsprop": Rmsprop, "adadelta": adadelta, "adagrad": adagrad,
              "adam": Adam, "adamw": Adam, "nadam": Nadam, "lion": Lion}
RATES = {"sgd": 0.01, "adadelta": 1.0}
DECAYS = {"adamw": 0.004}


def scheduled(rate, step):
    """A rate or one of the schedules of Keras 3, at a step from 0."""
    if not isinstance(rate, dict):
        return rate
    (name, p), = rate.items()
    if name == "constant":
        return p["learning_rate"]
    if name == "warm_up":
        first = p.get("initial_learning_rate", 0)
        if step < p["warmup_steps"]:
            return first + (scheduled(p["after"], 0) - first) * step / p["warmup_steps"]
        return scheduled(p["after"], step - p["warmup_steps"])
    if name == "piecewise_constant_decay":
        return p["values"][sum(step > boundary for boundary in p["boundaries"])]
    begin, steps = p["initial_learning_rate"], p["decay_steps"]
    if name == "cosine_decay":
        top, warm = p.get("warmup_target"), p.get("warmup_steps", 0)
        if top is not None and step < warm:
            return begin + (top - begin) * step / warm
        share = min(step - (warm if top is not None else 0), steps) / steps
        alpha = p.get("alpha", 0)
        return (begin if top is None else top) * (
            (1 - alpha) * 0.5 * (1 + math.cos(math.pi * share)) + alpha)
    if name == "polynomial_decay":
        if p.get("cycle"):
            steps *= max(1, math.ceil(step / steps))
        end = p.get("end_learning_rate", 0.0001)
        return (begin - end) * (1 - min(step, steps) / steps)**p.get("power", 1) + end
    share = step / steps
    if p.get("staircase"):
        share = math.floor(share)
    if name == "exponential_decay":
        return begin * p["decay_rate"]**share
    return begin / (1 + p["decay_rate"] * share)  # inverse_time_decay


class Stepper:
    """What nn::update() does in a step: clips, decays, moves."""

    def __init__(self, choice, weights):
        """`weights` by their paths; `choice` as a pipeline file has it."""
        self.name, p = next(iter(choice.items())) if isinstance(choice, dict) else (choice, {})
        self.p, self.weights, self.steps = p or {}, weights, 0
        self.inner = OPTIMIZERS[self.name](self.p, list(weights.values()))

    def step(self):
        rate = scheduled(self.p.get("learning_rate", RATES.get(self.name, 0.001)), self.steps)
        self.steps += 1
        every = list(self.weights.values())
        if (limit := self.p.get("clipnorm")) is not None:
            for weight in every:
                torch.nn.utils.clip_grad_norm_(weight, limit)
        if (limit := self.p.get("global_clipnorm")) is not None:
            torch.nn.utils.clip_grad_norm_(every, limit)
        if (limit := self.p.get("clipvalue")) is not None:
            torch.nn.utils.clip_grad_value_(every, limit)
        decay = self.p.get("weight_decay", DECAYS.get(self.name)) or 0
        with torch.no_grad():
            for path, weight in self.weights.items():
                if not any(text in path for text in self.p.get("exclude_from_weight_decay", [])):
                    weight.mul_(1 - decay * rate)
        for group in self.inner.param_groups:
            group["lr"] = rate
        self.inner.step()
