"""A row of the torture bench's table. A module torture_*.py of this folder lists its rows in ROWS."""
import dataclasses
import random
from typing import Callable, Iterator

from lab import Project, lab


@dataclasses.dataclass
class Row:
    """`cases` gives one try after the other, each a dict of plain values that alone decides how it
    goes, and `attempt` makes it in a project of its own, which begins with the case's "start".
    It raises Broken where something does not hold."""
    name: str
    cases: Callable[[random.Random], Iterator[dict]]
    attempt: Callable[[Project, dict], None]

    def make(self, case: dict):
        project = lab().project(case.get("start", "empty"))
        try:
            self.attempt(project, case)
        finally:
            lab().discard(project)


def for_ever(draw: Callable[[random.Random], dict]) -> Callable[[random.Random], Iterator[dict]]:
    """Cases drawn one by one, without an end."""
    def cases(random):
        while True:
            yield draw(random)
    return cases


def each_once(all_cases: Callable[[], list]) -> Callable[[random.Random], Iterator[dict]]:
    """Cases of a list, each once, in a random order, so that a part of them is a sample."""
    def cases(random):
        chosen = list(all_cases())
        random.shuffle(chosen)
        yield from chosen
    return cases
