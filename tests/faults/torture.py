#!/usr/bin/python3
"""tools/torture [--seconds N] [--rows NAME...] [--seed S]: what a cache and a run have to stand, as a table.

Each row breaks one kind of thing, again and again: it kills runs, has system calls fail, damages
files, fills disks, turns clocks. After each try the same command must go on and end, with the
results of a run that nobody disturbed; nothing that had finished runs again; `cache verify` finds
nothing; and no process ends by a signal or hangs.

What fails is kept as a case, which `tools/torture --again FILE...` tries again.
"""
import argparse
import collections
import concurrent.futures
import hashlib
import importlib
import itertools
import json
import pathlib
import random
import re
import shutil
import sys
import time
import traceback

from lab import BUILD, Broken, lab, reference

FOLDER = pathlib.Path(__file__).resolve().parent


def all_rows() -> list:
    modules = [importlib.import_module(path.stem) for path in sorted(FOLDER.glob("torture_*.py"))]
    return [row for module in modules for row in module.ROWS]


def attempt(row, case: dict) -> str:
    """What does not hold, or ""."""
    try:
        row.make(case)
    except Broken as broken:
        return str(broken)
    except Exception:  # the bench itself is at a loss, which counts, too
        return traceback.format_exc()
    return ""


def keep(folder: pathlib.Path, row, case: dict, failure: str) -> pathlib.Path:
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"row": row.name, "case": case, "failure": failure}, indent=1) + "\n"
    name = f"{row.name.translate(str.maketrans('/ ,', '---'))}-" \
           f"{hashlib.sha256(json.dumps(case).encode()).hexdigest()[:8]}.json"
    (folder / name).write_text(text)
    return folder / name


class Tally:
    def __init__(self, row, folder: pathlib.Path):
        self.row, self.folder = row, folder
        self.tries = 0
        self.kept = collections.OrderedDict()  # by file: what failed

    def torture(self, seed, seconds: float, tries: int, jobs: int):
        """Until the time is up, with `jobs` tries at once."""
        end = time.monotonic() + seconds
        cases = self.row.cases(random.Random(f"{seed} {self.row.name}"))
        if tries:
            cases = itertools.islice(cases, tries)
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            running = {}
            while True:
                while len(running) < jobs and time.monotonic() < end:
                    case = next(cases, None)
                    if case is None:
                        break
                    running[pool.submit(attempt, self.row, case)] = case
                if not running:
                    return
                done, _ = concurrent.futures.wait(
                    running, return_when=concurrent.futures.FIRST_COMPLETED)
                for future in done:
                    self.count(running.pop(future), future.result())

    def count(self, case: dict, failure: str):
        self.tries += 1
        if failure:
            self.kept[keep(self.folder, self.row, case, failure)] = failure

    def __str__(self):
        failed = len(self.kept)
        return f"{self.row.name:<32} {self.tries:>7} {self.tries - failed:>7} {failed:>7}"


def show_failures(tallies: list):
    """One of each kind, by the beginning of what it says, numbers and keys apart."""
    for tally in tallies:
        kinds = {}
        for file, failure in tally.kept.items():
            kind = re.sub(r"[0-9a-f]{8,}|[0-9]+", "#", failure)[:50]
            kinds.setdefault(kind, []).append((file, failure))
        for alike in kinds.values():
            file, failure = alike[0]
            print(f"\n{tally.row.name}, {len(alike)} like this: {failure.strip()}\n"
                  f"  tools/torture --again {file}")


def try_again(files: list) -> int:
    rows = {row.name: row for row in all_rows()}
    failures = 0
    for file in files:
        kept = json.loads(pathlib.Path(file).read_text())
        failure = attempt(rows[kept["row"]], kept["case"])
        failures += bool(failure)
        print(f"{file}: {failure or 'holds'}")
    return failures


def torture(asked) -> int:
    rows = [row for row in all_rows()
            if not asked.rows or any(row.name.startswith(name) for name in asked.rows)]
    if not rows:
        sys.exit(f"no row's name begins with {' or '.join(asked.rows)}; there are\n  " +
                 "\n  ".join(row.name for row in all_rows()))
    if asked.list:
        print(*(row.name for row in rows), sep="\n")
        return 0
    print(f"seed {asked.seed}; failures are kept in {asked.folder}")
    print(f"{'row':<32} {'tries':>7} {'held':>7} {'failed':>7}", flush=True)
    reference()
    tallies = []
    for row in rows:
        tally = Tally(row, asked.folder)
        tally.torture(asked.seed, asked.seconds / len(rows), asked.tries, asked.jobs)
        tallies.append(tally)
        print(tally, flush=True)
    show_failures(tallies)
    return sum(len(tally.kept) for tally in tallies)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600, help="for all rows (600)")
    parser.add_argument("--tries", type=int, default=0, help="of each row at most")
    parser.add_argument("--rows", nargs="+", default=[], metavar="NAME", help="that begin so")
    parser.add_argument("--seed", default=str(random.SystemRandom().randrange(10**6)))
    parser.add_argument("--jobs", type=int, default=2, help="tries at once (2)")
    parser.add_argument("--folder", type=pathlib.Path, default=BUILD / "torture")
    parser.add_argument("--list", action="store_true", help="the rows' names alone")
    parser.add_argument("--again", nargs="+", metavar="FILE", help="try kept cases again")
    asked = parser.parse_args()
    try:
        failures = try_again(asked.again) if asked.again else torture(asked)
    finally:
        shutil.rmtree(lab().folder, ignore_errors=True)
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
