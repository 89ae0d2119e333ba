"""Clocks that are wrong or jump, zones, and caches that two machines have used."""
import datetime
import glob
import json
import signal

import cache_folder
from lab import Project, reference, require, shim
from rows import Row, for_ever

# Each is told to libfaketime.
CLOCKS = ["-10d", "+10d", "-20y", "+10y", "@1970-01-02 00:00:00", "@2037-12-31 23:59:59",
          "+0 x1000", "+0 x0.01", "@2000-02-29 12:00:00 x5000"]
ZONES = ["UTC", "Pacific/Kiritimati", "America/Los_Angeles", "Asia/Kathmandu", "XYZ-13:45", "no/zone",
         ""]


def faketime(clock: str, monotonic: bool) -> dict:
    libraries = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    if not libraries:
        raise OSError("libfaketime is needed: apt-get install libfaketime")
    return {"LD_PRELOAD": libraries[0], "FAKETIME": clock, "NO_FAKE_STAT": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "0" if monotonic else "1"}


def run_by_clock(project: Project, case: dict):
    """Runs by wrong clocks, then one by the right one: that is the last, and what gc keeps."""
    for clock in case["clocks"]:
        ran = project.run("count=700", env=faketime(clock, case["monotonic"]))
        require(ran.status == 0, f"by the clock {clock} {ran}")
    project.heal()
    project.heal()


def clocks(random) -> dict:
    return {"start": random.choice(["empty", "half", "full"]), "monotonic": random.random() < 0.5,
            "clocks": [random.choice(CLOCKS) for _ in range(random.randint(1, 3))]}


def run_in_zone(project: Project, case: dict):
    """What is told as UTC is UTC."""
    before = datetime.datetime.now(datetime.timezone.utc)
    ran = project.run(env={"TZ": case["zone"]})
    after = datetime.datetime.now(datetime.timezone.utc)
    project.require_results(ran)
    second = datetime.timedelta(seconds=1)
    for file in [*project.cache.glob("runs/*/*.json"), *project.cache.glob("records/*/*.json")]:
        content = json.loads(file.read_text())["content"]
        text = content.get("started") or content["created"]
        time = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
        require(before - second <= time <= after, f"'{file.name}' says {text}, it is {after}")
    project.heal()


# Two machines: two boot ids on one kernel.

def boot_id(project: Project, which: str) -> dict:
    file = project.folder / f"boot-{which}"
    file.write_text(f"{which * 8}-0000-4000-8000-000000000000\n")
    return {"boot_id": file}


def kill_on_other_machine(project: Project, case: dict):
    """What a machine left that has lost its power is taken over once it has been silent."""
    env = shim(project.folder, calls="all", do="kill-before", at=case["at"],
               **boot_id(project, "a"))
    ran = project.run("--jobs", "1", env=env)
    project.require_orderly(ran, signal.SIGKILL)
    cache_folder.age(project.cache, 2 * 24 * 3600)
    project.heal([ran])


def deaths(random) -> dict:
    return {"start": random.choice(["empty", "half"]), "at": random.randint(1, 600)}


def run_on_two_machines(project: Project, case: dict):
    """Both at once: each action once."""
    words = ("run", "p.yaml", "--json")
    started = [project.start(*words, env=shim(project.folder, **boot_id(project, which)))
               for which in case["machines"]]
    for process in started:
        project.require_results(project.wait(process, words))
    executed, actions = project.executions(), len(reference().keys)
    require(executed == actions, f"{actions} actions were executed {executed} times")
    project.heal()


def pairs(random) -> dict:
    return {"start": "empty", "machines": random.choice(["ab", "abab", "aabbcc"])}


ROWS = [Row("clock/wrong", for_ever(clocks), run_by_clock),
        Row("clock/zone", for_ever(lambda random: {"start": "empty",
                                                   "zone": random.choice(ZONES)}), run_in_zone),
        Row("machine/killed", for_ever(deaths), kill_on_other_machine),
        Row("machine/together", for_ever(pairs), run_on_two_machines)]
