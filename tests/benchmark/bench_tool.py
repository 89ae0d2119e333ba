"""The tool itself: how soon a command begins, plans, runs what is trivial, stores and loads."""
import atexit
import functools
import json
import os
import pathlib
import shutil
import tempfile
import time

import tool_dag
from harness import BUILD, SOURCE, Figures, Row, build, peak_memory, program, run

PIPELINE = BUILD / "bin" / "pipeline"
GIB = 1 << 30


def timed(command: list, **environment: str) -> tuple:
    """Seconds that the command takes with one core to itself, and what it says."""
    start = time.perf_counter()
    said = run(command, **environment)
    return time.perf_counter() - start, said


@functools.cache
def folder() -> pathlib.Path:
    """For what the rows make; removed in the end."""
    made = pathlib.Path(tempfile.mkdtemp(prefix="bench-tool-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    if shutil.disk_usage(made).free < 8 * GIB:
        raise RuntimeError(f"{made} has less than 8 GiB of space; set TMPDIR")
    return made


@functools.cache
def toys() -> dict:
    """The environment in which the toy components are found."""
    build("toys")
    return {"PIPELINE_PLUGIN_PATH": str(BUILD / "tests" / "toys")}


@functools.cache
def dag(count: int) -> pathlib.Path:
    file = folder() / f"dag{count}.yaml"
    file.write_text(tool_dag.stages(count))
    return file


@functools.cache
def cached(count: int) -> pathlib.Path:
    """The cache of a DAG that has run. It runs in memory, where syncing costs nothing."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
        run([PIPELINE, "run", dag(count), "--cache", f"{memory}/cache", "--out", f"{memory}/out"],
            cores=os.cpu_count(), **toys())
        shutil.copytree(f"{memory}/cache", folder() / f"cache{count}")
    return folder() / f"cache{count}"


def plan(count: int) -> float:
    command = [PIPELINE, "plan", dag(count), "--cache", cached(count)]
    seconds, said = timed(command, **toys())
    if f"{count} cached" not in said.splitlines()[-1]:
        raise RuntimeError(f"not all is cached: {said.splitlines()[-1]}")
    return seconds


def start_of(word: str) -> Figures:
    return Figures([1e3 * timed([PIPELINE, word])[0] for _ in range(31)])


def all_cached() -> Figures:
    command = [PIPELINE, "run", SOURCE / "pipelines" / "vae_conv.yaml", "epochs=1",
               "--cache", folder() / "vae_conv", "--out", folder() / "vae_conv_out"]
    run(command, cores=os.cpu_count())
    return Figures([1e3 * timed(command)[0] for _ in range(15)])


def plan_of(count: int, repeats: int) -> Figures:
    plan(count)
    return Figures([plan(count) for _ in range(repeats)])


def plan_memory() -> Figures:
    return Figures([peak_memory([PIPELINE, "plan", dag(100_000), "--cache", cached(100_000)],
                                **toys())])


def plan_linear() -> Figures:
    figures = Figures([], [])
    for _ in range(3):
        figures.ours.append(plan(100_000))
        figures.peer.append(10 * plan(10_000))
    return figures


def sync_as_often(count: int) -> float:
    """Seconds for what makes `count` stages durable and nothing else: two small files each,
    written, synced and renamed, and their folders synced."""
    root = pathlib.Path(tempfile.mkdtemp(dir=folder()))
    for kind in "or":
        for i in range(256):
            (root / kind / f"{i:02x}").mkdir(parents=True)
    start = time.perf_counter()
    for i in range(count):
        for kind in "or":
            place = root / kind / f"{i * 37 % 256:02x}"
            fd = os.open(root / "file", os.O_CREAT | os.O_WRONLY)
            os.write(fd, b"x" * 1500)
            os.fsync(fd)
            os.close(fd)
            os.rename(root / "file", place / str(i))
            fd = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
            os.fsync(fd)
            os.close(fd)
    return time.perf_counter() - start


def run_cold() -> Figures:
    """Milliseconds a stage beyond the syncs, which are measured before and after. One job at a
    time, for several would have their syncs at the same time."""
    count = 10_000
    before = sync_as_often(count // 4)
    start = time.perf_counter()
    run([PIPELINE, "run", dag(count), "--jobs", 1, "--cache", folder() / "cold",
         "--out", folder() / "out"], cores=os.cpu_count(), **toys())
    seconds = time.perf_counter() - start
    after = sync_as_often(count // 4)
    return Figures([1e3 * (seconds - 2 * (before + after)) / count])


@functools.cache
def store_times() -> list:
    binary = program("tool_store")
    measured = []
    for _ in range(3):
        with tempfile.TemporaryDirectory(dir=folder()) as place:
            measured.append(json.loads(run([binary, place, 1024], cores=os.cpu_count())))
    return measured


def store() -> Figures:
    return Figures([x["stored"] for x in store_times()], [x["plain"] for x in store_times()])


def load() -> Figures:
    """Until all is read and checked; the peer writes it."""
    return Figures([x["first"] + x["last"] for x in store_times()],
                   [x["plain"] for x in store_times()])


def load_first() -> Figures:
    return Figures([1e3 * x["first"] for x in store_times()])


ROWS = [
    Row("tool/version", "ms", "bound", 10, lambda: start_of("--version")),
    Row("tool/help", "ms", "bound", 10, lambda: start_of("--help")),
    Row("tool/all_cached", "ms", "bound", 50, all_cached),
    Row("tool/plan_10000", "s", "bound", 0.5, lambda: plan_of(10_000, 5)),
    Row("tool/plan_100000", "s", "bound", 6, lambda: plan_of(100_000, 3)),
    Row("tool/plan_100000_memory", "MiB", "bound", 1024, plan_memory),
    Row("tool/plan_linear", "s", "most", 1.3, plan_linear),
    Row("tool/run_10000", "ms", "bound", 1, run_cold),
    Row("tool/store_1gib", "s", "most", 1.3, store),
    Row("tool/load_1gib", "s", "most", 1.3, load),
    Row("tool/load_1gib_first_element", "ms", "bound", 5, load_first),
]
