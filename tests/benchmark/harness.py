"""Benchmarks as rows of a table: what they share, and how pairs are measured.

A row compares a figure of ours with a peer's, both measured in turn in one run, or with a fixed
bound. A module of this folder lists its rows in ROWS, and in PEERS the Debian packages, by Python
module, that their peers are; tools/bench finds the modules.
"""
import contextlib
import dataclasses
import os
import pathlib
import statistics
import subprocess
import sys
from typing import Callable, Optional

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = SOURCE / "build"


@dataclasses.dataclass
class Figures:
    """What a row measured: `peer` and `ours` of each repetition, in the row's unit."""
    ours: list[float]
    peer: Optional[list[float]] = None


@dataclasses.dataclass
class Row:
    """A line of the table.

    compare:  "times":   peer / ours, at least `target`   (both are times)
              "share":   ours / peer, at least `target`   (both are rates)
              "most":    ours / peer, at most `target`    (both of one unit)
              "bound":   ours, at most `target`           (a peer is there for comparison, or none)

    Without a target the row is there to be read.
    """
    name: str
    unit: str
    compare: str
    target: Optional[float]
    measure: Callable[[], Figures]

    def result(self) -> dict:
        figures = self.measure()
        ours = statistics.median(figures.ours)
        peer = statistics.median(figures.peer) if figures.peer else None
        pairs = [self._ratio(o, p) for o, p in zip(figures.ours, figures.peer or [])]
        ratio = statistics.median(pairs) if pairs else None
        judged = ours if self.compare == "bound" else ratio
        met = True
        if self.target is not None:
            at_least = self.compare in ("times", "share")
            met = judged >= self.target if at_least else judged <= self.target
        spread = pairs or figures.ours
        return {"name": self.name, "unit": self.unit, "peer": peer, "ours": ours, "ratio": ratio,
                "target": self.target, "compare": self.compare, "met": met,
                "spread": [min(spread), max(spread)]}

    def _ratio(self, ours: float, peer: float) -> float:
        return peer / ours if self.compare == "times" else ours / peer


def in_turn(repeats: int, ours: Callable[[], float], peer: Callable[[], float]) -> Figures:
    """Measures ours and the peer one after the other, so that both meet the same machine."""
    figures = Figures([], [])
    for _ in range(repeats):
        figures.ours.append(ours())
        figures.peer.append(peer())
    return figures


@contextlib.contextmanager
def on_cores(cores: int):
    """What is started meanwhile has the first `cores` cores. Not by subprocess' preexec_fn, for
    which Python copies its page tables: that takes longer than a start of ours."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(allowed)[:cores])
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def run(command: list, cores: int = 1, **environment: str) -> str:
    """The output of a command that has the first `cores` cores to itself; error if it fails."""
    with on_cores(cores):
        done = subprocess.run([str(word) for word in command], text=True, capture_output=True,
                              env={**os.environ, **environment})
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: exit status {done.returncode}\n"
                           f"{done.stdout}{done.stderr}")
    return done.stdout


def peak_memory(command: list, **environment: str) -> float:
    """MiB that the command, or one that it starts, had at most; error if it fails."""
    # A process begins with the peak of the one that made it: so a small one makes it.
    started_by = ("import resource, subprocess, sys\n"
                  "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)\n"
                  "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
    said = run([sys.executable, "-c", started_by, *command], cores=os.cpu_count(), **environment)
    return float(said) / 1024


def build(target: str):
    """Builds what is not part of a usual build; error with what the compiler says if it fails."""
    run(["ninja", "-C", BUILD, target], cores=os.cpu_count())


def program(name: str) -> pathlib.Path:
    """A benchmark's own program, built if need be."""
    build(name)
    return BUILD / "tests" / name
