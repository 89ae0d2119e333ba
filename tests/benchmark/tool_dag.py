"""Pipelines of many trivial stages, each of which reads three that stand before it."""
import random


def stages(count: int, sources: int = 4) -> str:
    """The text of a pipeline file. The same count gives the same text."""
    draw = random.Random(count)
    lines = ["stages:"]
    lines += [f"  s{i}: {{use: toy.numbers, with: {{first: {i}}}}}" for i in range(sources)]
    for i in range(sources, count):
        a, b, c = draw.sample(range(max(0, i - 1000), i), 3)
        lines.append(f"  s{i}: {{use: toy.quarter, in: {{a: s{a}, b: s{b}, c: s{c}}}, "
                     f"with: {{add: {i + 0.5}}}}}")
    return "\n".join(lines) + "\n"
