"""Results that are extended: killed at a moment and at the n-th call, beside gc, and from end states that
are damaged, they come to the bits of one computed at once."""
import functools
import random
import signal
import subprocess

import cache_folder
from lab import Project, lab, require, shim
from rows import Row, for_ever
from torture_damage import REPLACEMENTS, replace

EXTEND = ("run", "p.yaml", "--json", "--jobs", "1", "g.steps=40")
GC = ("cache", "gc", "--keep-runs", "1", "--yes")


def digests_of(project: Project, ran, stage: str) -> dict:
    key = next(e["key"] for e in ran.finished() if e["stage"] == stage)
    return cache_folder.digests(project.cache, key)


@functools.cache
def at_once() -> dict:
    project = lab().project("empty")
    ran = project.command(*EXTEND)
    digests = digests_of(project, ran, "g")
    lab().discard(project)
    return digests


def require_extended(project: Project, goes_on: bool):
    """The same command ends, with the bits of one at once, and `goes_on` from a result or a checkpoint."""
    before = len(project.log_lines())
    ran = project.command(*EXTEND)
    require(ran.status == 0, f"the extension does not succeed: {ran}")
    require(digests_of(project, ran, "g") == at_once(), "the extended result has other bits")
    lines = project.log_lines()[before:]
    from_an_end = any(line.startswith("grow goes on from") for line in lines)
    require(not goes_on or "grow" not in lines or from_an_end, "it has started from the beginning")


def kill(project: Project, case: dict):
    for seconds in case["seconds"]:
        process = project.start(*EXTEND)
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        project.require_orderly_extension(project.wait(process, EXTEND))
        if case["gc"]:
            collector = project.start(*GC)
            try:
                collector.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                collector.send_signal(signal.SIGKILL)
            project.wait(collector, GC)
    # The short result is none of the last run's, and gc may have taken it.
    require_extended(project, goes_on=not case["gc"])
    project.heal()


def kills(random) -> dict:
    return {"start": "full", "seconds": [round(random.uniform(0, 0.2), 4) for _ in range(3)],
            "gc": random.random() < 0.5}


@functools.cache
def count_of_calls(calls: str) -> int:
    project = lab().project("full")
    count = project.folder.with_name(project.folder.name + ".count")
    project.command(*EXTEND, env=shim(project.folder, calls=calls, count=count))
    lines = count.read_text().count("\n")
    count.unlink()
    lab().discard(project)
    return lines


def strike(project: Project, case: dict):
    ran = project.command(*EXTEND, env=shim(project.folder, calls=case["calls"], at=case["at"],
                                            do=case["do"], on=0))
    project.require_orderly_extension(ran)
    require_extended(project, goes_on=case["do"].startswith("kill"))
    project.heal()


def strikes(random) -> dict:
    calls, do = random.choice([("all", "kill-before"), ("all", "kill-after"), ("rename", "EIO"),
                               ("rename", "ENOSPC"), ("open", "EMFILE"), ("open", "EIO"),
                               ("mkdir", "ENOSPC"), ("fsync", "EIO"), ("mmap", "EIO"),
                               ("unlink", "EIO"), ("pwrite", "ENOSPC")])
    return {"start": "full", "calls": calls, "do": do,
            "at": random.randint(1, max(1, count_of_calls(calls)))}


def meet_damage(project: Project, case: dict):
    files = cache_folder.files(project.cache, case["kind"])
    file = files[case["file"] % len(files)]
    file.chmod(0o644)
    if "replace" in case:
        replace(file, case["replace"], files)
    else:
        bytes = bytearray(file.read_bytes())
        if "cut" in case:
            bytes = bytes[:case["cut"] % max(1, len(bytes))]
        elif bytes:
            bytes[case["flip"] // 8 % len(bytes)] ^= 1 << case["flip"] % 8
        file.write_bytes(bytes)
    require_extended(project, goes_on=False)
    project.heal(but=[file])


def damages(random) -> dict:
    case = {"start": "full", "kind": random.choice(["states", "states", "families"]),
            "file": random.randrange(9)}
    way = random.choice(["flip", "cut", "replace"])
    if way == "replace":
        return {**case, "replace": random.choice(REPLACEMENTS)}
    return {**case, way: random.randrange(10**5)}


# A real training, of seconds, in which the kill comes anywhere in the short fit or in what extends it.

FIT = """\
stages:
  data: {use: data.digits, with: {train: 2000, test: 10}}
  fit:
    use: train.fit
    in: {train: data.train_images, train_targets: data.train_labels}
    with:
      epochs: 50
      seed: 4487
      validation_split: 0.1
      metrics: [accuracy]
      keep_best: val_loss
      callbacks: [{reduce_lr_on_plateau: {patience: 2}}]
      optimizer: {adam: {learning_rate: {cosine_decay: {initial_learning_rate: 0.01, decay_steps: 900}}}}
      model:
        sequential:
          loss: sparse_categorical_crossentropy
          layers:
            - flatten
            - batch_normalization
            - dropout: {rate: 0.2}
            - dense: {units: 256, activation: relu}
            - dense: {units: 10, activation: softmax}
"""
SHORT = ("run", "fit.yaml", "--json")
LONG = (*SHORT, "fit.epochs=80")
TRAINING = 240  # seconds that a whole one may take on a busy machine


@functools.cache
def trained_at_once() -> dict:
    project = lab().project("empty")
    (project.folder / "fit.yaml").write_text(FIT)
    ran = project.command(*LONG, deadline=TRAINING)
    require(ran.status == 0, f"the training fails: {ran}")
    seconds = next(e["seconds"] for e in ran.finished() if e["stage"] == "fit")
    made = {"digests": digests_of(project, ran, "fit"), "seconds": seconds}
    lab().discard(project)
    return made


def kill_a_fit(project: Project, case: dict):
    """At a share of the time that all 80 epochs take at once."""
    (project.folder / "fit.yaml").write_text(FIT)
    words = SHORT if case["share"] < 50 / 80 else LONG
    if words == LONG:
        require(project.command(*SHORT, deadline=TRAINING).status == 0, "the short fit fails")
    share = case["share"] - (50 / 80 if words == LONG else 0)
    process = project.start(*words)
    try:
        process.wait(timeout=share * trained_at_once()["seconds"])
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    project.wait(process, words)
    for again in (SHORT, LONG):
        ran = project.command(*again, deadline=TRAINING)
        require(ran.status == 0, f"after the kill {ran}")
    require(digests_of(project, ran, "fit") == trained_at_once()["digests"],
            "the killed and extended training has other bits than one at once")
    project.require_sound()


def shares(random: random.Random) -> dict:
    return {"start": "empty", "share": round(random.random(), 4)}


ROWS = [Row("extend/kill", for_ever(kills), kill), Row("extend/call", for_ever(strikes), strike),
        Row("extend/damage", for_ever(damages), meet_damage),
        Row("extend/a fit, killed", for_ever(shares), kill_a_fit)]
