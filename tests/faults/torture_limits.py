"""Full disks, and limits to what a process may have."""
import contextlib
import os
import subprocess

from lab import Project, require, shim
from rows import Row, for_ever

GC = ("cache", "gc", "--keep-runs", "0", "--yes")


# A disk of a few hundred kilobytes in memory, which root may have where it is not confined.

def may_mount() -> bool:
    return subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
                          capture_output=True).returncode == 0


def mount(project: Project, *options):
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs",
                           project.folder], capture_output=True, text=True)
    if done.returncode != 0:
        raise OSError(f"cannot mount: {done.stderr}")


@contextlib.contextmanager
def small_disk(project: Project, kilobytes: int):
    mount(project, f"size={kilobytes}k")
    try:
        project.write_stages()
        yield
    finally:
        subprocess.run(["umount", "-l", project.folder], check=True)


def fill_disk(project: Project, case: dict):
    with small_disk(project, case["kilobytes"]):
        ran = project.run()
        project.require_orderly(ran)
        project.require_whole_exports()
        if case["gc"] and (project.cache / "format.json").exists():
            collected = project.command(*GC)
            require(collected.status == 0, f"gc cannot free the full disk: {collected}")
            ran = project.run()
            project.require_orderly(ran)
            project.require_whole_exports()
        mount(project, "remount", "size=100m")
        project.heal([ran])


def disks(random) -> dict:
    return {"kilobytes": random.randrange(12, 320, 4), "gc": random.random() < 0.5}


def spend_budget(project: Project, case: dict):
    ran = project.run(env=shim(project.folder, bytes=case["bytes"]))
    project.require_orderly(ran)
    project.require_whole_exports()
    project.heal([ran])


def budgets(random) -> dict:
    return {"start": random.choice(["empty", "half", "full"]), "bytes": random.randrange(100_000)}


# Limits of the process. The log of what ran is not written under them: it would meet them, too.

def limited(option: str):
    def attempt(project: Project, case: dict):
        ran = project.run("--jobs", str(case["jobs"]), env={"TOY_LOG": None},
                          under=["prlimit", f"--{option}={case['limit']}"])
        project.require_orderly(ran)
        project.require_whole_exports()
        project.heal([ran])
    return attempt


def limits(least: int, most: int):
    return for_ever(lambda random: {"start": random.choice(["empty", "half", "full"]),
                                    "limit": random.randrange(least, most),
                                    "jobs": random.choice([1, 4])})


# Root may have any number of threads: so it is somebody else who has few.

def few_threads(project: Project, case: dict):
    somebody = 50_000 + case["user"]
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", str(somebody), project.folder], check=True)
        somebody_else = {"user": somebody, "group": somebody, "extra_groups": []}
    else:
        somebody_else = {}
    ran = project.run("--jobs", str(case["jobs"]), env={"TOY_LOG": None}, **somebody_else,
                      under=["prlimit", f"--nproc={case['limit']}"])
    project.require_orderly(ran)
    project.require_whole_exports()
    project.heal([ran])


def thread_limits(random) -> dict:
    return {"start": random.choice(["empty", "half", "full"]), "user": random.randrange(10_000),
            "limit": random.randrange(1, 8), "jobs": random.choice([1, 4])}


ROWS = [
    Row("full/disk", for_ever(disks), fill_disk),
    Row("full/budget", for_ever(budgets), spend_budget),
    Row("limit/file size", limits(0, 20_000), limited("fsize")),
    Row("limit/open files", limits(3, 24), limited("nofile")),
    Row("limit/memory", limits(20_000_000, 400_000_000), limited("as")),
    Row("limit/threads", for_ever(thread_limits), few_threads),
]
if not may_mount():
    ROWS = ROWS[1:]
