"""Files of the cache that are changed, cut, replaced, or that the disk cannot read."""
import functools
import json
import os
import pathlib
import socket

import cache_folder
from lab import READERS, Project, lab, reference, require, shim
from rows import Row, each_once, for_ever

KINDS = ["format", "objects", "records", "checkpoints", "states", "runs", "files", "locks"]
REPLACEMENTS = ["empty", "zeros", "folder", "fifo", "socket", "link", "broken link", "other",
                "gone"]
# What a run makes anew when it needs it; the rest is named by `verify` until it is forgotten.
HEALED = {"objects", "records", "checkpoints", "format"}


def start_with(kind: str) -> str:
    return "half" if kind == "checkpoints" else "full"


@functools.cache
def sizes(kind: str) -> list:
    project = lab().project(start_with(kind))
    found = [file.stat().st_size for file in cache_folder.files(project.cache, kind)]
    lab().discard(project)
    return found


def replace(file: pathlib.Path, how: str, others: list):
    if how == "other":
        # Another's bytes under this name.
        others = [other for other in others if other != file]
        return file.write_bytes(others[0].read_bytes() if others else b"something else")
    size = file.stat().st_size
    if how == "link":
        outside = pathlib.Path(str(file).split("/.pipeline/")[0]) / "elsewhere"
        file.rename(outside)
        return file.symlink_to(outside)
    file.unlink()
    if how == "empty":
        file.touch()
    elif how == "zeros":
        file.write_bytes(bytes(size))
    elif how == "folder":
        file.mkdir()
    elif how == "fifo":
        os.mkfifo(file)
    elif how == "socket":
        make_socket(file)
    elif how == "broken link":
        file.symlink_to("nowhere")


def make_socket(file: pathlib.Path):
    """By a relative name: the whole one may be longer than a socket's can be."""
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(f"/proc/self/fd/{folder}/s")
        os.rename(file.parent / "s", file)
    finally:
        os.close(folder)


def damage(project: Project, case: dict) -> pathlib.Path:
    files = cache_folder.files(project.cache, case["kind"])
    file = files[case["file"] % len(files)]
    file.chmod(0o644)
    bytes = file.read_bytes()
    if "replace" in case:
        replace(file, case["replace"], files)
    elif "cut" in case:
        file.write_bytes(bytes[:case["cut"]])
    else:
        changed = bytearray(bytes)
        changed[case["flip"] // 8 % len(bytes)] ^= 1 << case["flip"] % 8
        file.write_bytes(changed)
    return file


def names_another_format(file: pathlib.Path) -> bool:
    """A bit can make it what another version of the program writes."""
    if not file.is_file():
        return False
    try:
        return json.loads(file.read_bytes())["pipeline_cache"] != 1
    except (ValueError, KeyError, TypeError):
        return False


def require_named(project: Project, file: pathlib.Path):
    ran = project.command("cache", "verify")
    require(ran.status == 1 and str(file.relative_to(project.folder)) in ran.out,
            f"verify does not name '{file.name}': {ran}")


def require_usable(project: Project, file: pathlib.Path):
    """The commands that only look work, whatever one file is like. What runs need gc does not
    guess: it names the record that it cannot read."""
    for words in (["plan", "p.yaml"], ["status", "p.yaml"], ["why", "p.yaml", "s"],
                  ["cache", "ls"], ["cache", "gc"]):
        ran = project.command(*words)
        refuses = words == ["cache", "gc"] and file.parent.parent.name == "runs"
        require(ran.status == 0 or refuses and file.name in ran.err,
                f"one file is damaged, and so {ran}")


def meet_damage(project: Project, case: dict):
    kind = case["kind"]
    file = damage(project, case)
    if kind == "format" and names_another_format(file):
        ran = project.run()
        return require(ran.status == 2 and "format" in ran.err, f"not refused: {ran}")
    # A marker and a lock can be made anew at once, and nothing is like what has never been.
    unnoticed = kind in ("format", "locks") or case.get("replace") in ("gone", "link",
                                                                       "broken link")
    if not unnoticed:
        require_named(project, file)
    if kind != "locks":
        require_usable(project, file)
    stages = stages_of(file)
    named = [file]
    first = project.heal([], may_run_again=stages, but=named)
    project.write_stages("p.yaml", READERS)
    wide = project.run()
    project.require_results(wide)
    again = [e["stage"] for ran in (first, wide) for e in ran.finished()
             if e["state"] == "ran" and not e["stage"].startswith("read_")]
    require(kind == "checkpoints" or len(again) == len(set(again)) and set(again) <= set(stages),
            f"not just what was damaged ran again: {again}")
    # gc leaves links, also those that nothing needs: they stay until somebody removes them.
    project.require_sound([] if kind in HEALED and not file.is_symlink() else named)


def stages_of(file: pathlib.Path) -> list:
    """Those whose result the file is, by the run that made it."""
    return [stage for stage, key in reference().keys.items() if file.stem == key]


def damages(kind: str):
    def draw(random) -> dict:
        found = sizes(kind)
        index = random.randrange(len(found))
        case = {"start": start_with(kind), "kind": kind, "file": index}
        way = random.choice(["flip", "flip", "cut", "replace"])
        if kind == "locks":
            return {**case, "replace": random.choice(["empty", "zeros", "gone"])}
        if way == "flip":
            return {**case, "flip": random.randrange(8 * max(1, found[index]))}
        if way == "cut":
            return {**case, "cut": random.randrange(max(1, found[index]))}
        return {**case, "replace": random.choice(REPLACEMENTS)}
    return for_ever(draw)


# Blocks that the disk does not give.

def meet_unreadable(project: Project, case: dict):
    files = cache_folder.files(project.cache, case["kind"])
    file = files[case["file"] % len(files)]
    env = shim(file, calls=case["calls"], do=case["do"], at=1, on=case["on"])
    project.write_stages("p.yaml", READERS)
    ran = project.run(env=env)
    project.require_orderly(ran)
    require(case["on"] or ran.status == 0, f"one block could not be read, once, and so {ran}")
    project.write_stages()
    verified = project.command("cache", "verify", env=env)
    project.require_orderly(verified)
    project.heal([], may_run_again=stages_of(file), but=[file])


def unreadable() -> list:
    cases = []
    for kind in ("objects", "records", "checkpoints", "states", "runs", "files"):
        for index in range(len(sizes(kind))):
            for calls, do in (("read", "EIO"), ("read", "short"), ("mmap", "EIO"),
                              ("mmap", "sigbus"), ("open", "EIO")):
                cases += [{"start": start_with(kind), "kind": kind, "file": index, "calls": calls,
                           "do": do, "on": on} for on in (0, 1)]
    return cases


# What stands in a folder's place, and what lies in the cache and is not ours.

def meet_foreign(project: Project, case: dict):
    outside = project.folder / "outside"
    folder = next(project.cache.glob(case["folder"]), project.cache / case["folder"])
    foreign = outside / "an old letter"
    if case["how"] == "gone":
        if folder.is_dir():
            for file in sorted(folder.rglob("*"), reverse=True):
                file.rmdir() if file.is_dir() else file.unlink()
            folder.rmdir()
    else:
        if case["how"] == "link":
            folder.mkdir(exist_ok=True)
            folder.rename(outside)
            folder.symlink_to(outside)
        else:
            folder.mkdir(exist_ok=True)
            foreign = folder / "an old letter"
        foreign.write_text("Dear")
        os.utime(foreign, (1_000_000_000, 1_000_000_000))
    gone = case["how"] == "gone"
    expected = list(reference().keys) if gone else []
    ran = project.run()
    project.require_results(ran)
    again = [e["stage"] for e in ran.finished() if e["state"] == "ran"]
    require(set(again) <= set(expected), f"ran again: {again}")
    collected = project.command("cache", "gc", "--keep-runs", "1", "--yes")
    require(collected.status == 0, f"gc does not work: {collected}")
    require(gone or foreign.exists() and foreign.read_text() == "Dear",
            f"a file that is not ours, '{foreign}', is gone")


def foreigners() -> list:
    return [{"start": "full", "folder": folder, "how": how}
            for folder in ("objects", "records", "checkpoints", "states", "families", "families/*",
                           "locks", "runs", "runs/*", "pins", "files", "tmp")
            for how in ("link", "gone", "foreign file")]


ROWS = [Row(f"damage/{kind}", damages(kind), meet_damage) for kind in KINDS]
ROWS += [Row("damage/unreadable", each_once(unreadable), meet_unreadable),
         Row("damage/foreign", each_once(foreigners), meet_foreign)]
