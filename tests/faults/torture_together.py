"""Many commands on one cache at once."""
import concurrent.futures
import threading

import cache_folder
from lab import STAGES, Project, require
from rows import Row, for_ever

GC = ("cache", "gc", "--keep-runs", "1", "--yes")
# Another pipeline, half of whose results are the first one's.
OTHER = STAGES.replace("steps: 3", "steps: 4")


def repeat(project: Project, words: tuple, done: threading.Event) -> list:
    rans = []
    while not done.is_set():
        if (project.cache / "format.json").exists():
            rans.append(project.command(*words))
    return rans


def run_at_once(project: Project, case: dict):
    for name, stages in (("p.yaml", STAGES), ("q.yaml", OTHER)):
        (project.folder / name).write_text(
            stages.replace("milliseconds: 0", f"milliseconds: {case['milliseconds']}"))
    done = threading.Event()
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        others = [pool.submit(repeat, project, words, done)
                  for words in ([GC, ("cache", "verify")] if case["beside"] else [])]
        runs = [pool.submit(project.run, "--jobs", str(case["jobs"]), file=file)
                for file in case["files"]]
        try:
            runs = [run.result() for run in runs]
        finally:
            done.set()
    for ran in [*runs, *(ran for other in others for ran in other.result())]:
        require(ran.status == 0, f"beside others {ran}")
    keys = {e["key"] for ran in runs for e in ran.finished()}
    executed = project.executions()
    require(executed == len(keys), f"{len(keys)} actions were executed {executed} times")
    for file in sorted(set(case["files"])):
        ran = project.run(file=file)
        again = [e["stage"] for e in ran.finished() if e["state"] != "cached"]
        require(ran.status == 0 and not again, f"after all are done {file} runs again: {again}")
    require(cache_folder.stored(project.cache) == keys, "the cache has not just all results")
    project.require_sound()


def crowds(random) -> dict:
    return {"start": "empty", "files": [random.choice(["p.yaml", "p.yaml", "q.yaml"])
                                        for _ in range(8)],
            "jobs": random.choice([1, 2]), "milliseconds": random.choice([0, 1, 5, 20]),
            "beside": random.random() < 0.8}


ROWS = [Row("together/8 runs, gc and verify", for_ever(crowds), run_at_once)]
