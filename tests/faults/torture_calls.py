"""Kills, and system calls that fail: at a random moment, and at the n-th call."""
import functools
import json
import signal
import subprocess

import cache_folder
from lab import Project, lab, require, shim
from rows import Row, for_ever

ERRORS = ["ENOSPC", "EIO", "EINTR", "EDQUOT", "EMFILE"]
# What each call is made to do.
FAULTS = {
    "write": [*ERRORS, "short"], "pwrite": [*ERRORS, "short"], "fsync": ERRORS, "rename": ERRORS,
    "open": ERRORS, "openat": ERRORS, "mmap": ERRORS, "ftruncate": ERRORS, "link": ERRORS,
    "unlink": ERRORS, "close": ERRORS, "mkdir": ERRORS, "symlink": ERRORS,
    "flock": ["EINTR", "ENOLCK", "EIO"], "read": ["EIO", "EINTR", "short"], "pread": ["EIO", "EINTR"],
}
COMMANDS = {
    "run": ("run", "p.yaml", "--json", "--jobs", "1"),
    "run at once": ("run", "p.yaml", "--json", "--jobs", "4"),
    "gc": ("cache", "gc", "--keep-runs", "1", "--yes", "--json"),
    "verify": ("cache", "verify"),
}
# From an empty cache, from one that has a part, and where all is there.
SITUATIONS = [("empty", "run"), ("half", "run"), ("half", "run at once"), ("full", "run"),
              ("full", "gc"), ("full", "verify")]


@functools.cache
def count_of_calls(start: str, command: str, calls: str) -> int:
    """That the command makes when nothing goes wrong."""
    project = lab().project(start)
    count = project.folder.with_name(project.folder.name + ".count")
    project.command(*COMMANDS[command], env=shim(project.folder, calls=calls, count=count))
    lines = count.read_text().count("\n") if count.exists() else 0
    count.unlink(missing_ok=True)
    lab().discard(project)
    return lines


def require_healed(project: Project, ran, command: str, signal_name="SIGKILL"):
    project.require_orderly(ran, signal.Signals[signal_name])
    project.require_whole_exports()
    project.heal([ran] if command.startswith("run") else [])


def require_truth(ran, gone: set):
    """gc tells what it has removed, and fails where it could not remove all."""
    if not ran.out:
        return require(ran.status < 0 or not gone, f"gc tells nothing of {gone}: {ran}")
    told = json.loads(ran.out)
    require({item["key"] for item in told["items"]} == gone, f"gc has removed {gone}: {ran}")
    failed = told["failed"] > 0
    require(ran.status == int(failed) and bool(told["problems"]) == failed,
            f"gc could not remove {told['failed']}, for {told['problems']}: {ran}")


def signal_at_a_moment(project: Project, case: dict):
    words = COMMANDS[case["command"]]
    process = project.start(*words)
    try:
        process.wait(timeout=case["seconds"])
    except subprocess.TimeoutExpired:
        process.send_signal(signal.Signals[case["signal"]])
    require_healed(project, project.wait(process, words), case["command"], case["signal"])


def moments(signals: list):
    def draw(random) -> dict:
        start, command = random.choice(SITUATIONS)
        return {"start": start, "command": command, "signal": random.choice(signals),
                "seconds": round(random.uniform(0, 0.25), 4)}
    return for_ever(draw)


def strike(project: Project, case: dict):
    env = shim(project.folder, calls=case["calls"], at=case["at"], do=case["do"], on=case["on"])
    before = cache_folder.object_keys(project.cache)
    ran = project.command(*COMMANDS[case["command"]], env=env)
    if case["command"] == "gc":
        require_truth(ran, before - cache_folder.object_keys(project.cache))
    require_healed(project, ran, case["command"])


def strikes(calls: str, faults: list):
    def draw(random) -> dict:
        situations = [s for s in SITUATIONS if count_of_calls(*s, calls) > 0]
        start, command = random.choice(situations)
        do = random.choice(faults)
        goes_on = do != "EINTR" and random.random() < 0.2  # who is interrupted may try for ever
        return {"start": start, "command": command, "calls": calls, "do": do,
                "at": random.randint(1, count_of_calls(start, command, calls)), "on": int(goes_on)}
    return for_ever(draw)


ROWS = [Row("kill/moment", moments(["SIGKILL"]), signal_at_a_moment),
        Row("kill/stop", moments(["SIGINT", "SIGTERM", "SIGHUP"]), signal_at_a_moment),
        Row("kill/call", strikes("all", ["kill-before", "kill-after"]), strike)]
ROWS += [Row(f"fail/{calls}", strikes(calls, faults), strike) for calls, faults in FAULTS.items()]
