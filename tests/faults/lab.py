"""A project of toy stages that tries are made on, and what has to hold after each of them."""
import dataclasses
import functools
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading

import cache_folder

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("PIPELINE_BUILD_DIR", SOURCE / "build"))
PROGRAM = BUILD / "bin" / "pipeline"
SHIM = BUILD / "tests" / "fault_shim.so"

# Numbers from a stage and from a file, a foreach, checkpoints, an end state, a text and scalars.
STAGES = f"""\
vars: {{count: 1000}}
stages:
  n: {{use: toy.numbers, with: {{count: "${{count}}"}}}}
  bytes: {{use: toy.read, with: {{path: {SOURCE}/LICENSE}}}}
  r: {{use: toy.round, foreach: {{step: [2, 3, 4]}}, in: {{x: n}}, with: {{step: "${{step}}"}}}}
  slow: {{use: toy.slow, with: {{steps: 3, milliseconds: 0}}, in: {{x: n}}}}
  s: {{use: toy.sum, in: {{x: r@step=2}}}}
  t: {{use: toy.sum, in: {{x: r@step=3, more: n}}}}
  g: {{use: toy.grow, with: {{steps: 6, every: 2, milliseconds: 0}}, in: {{x: n}}}}
"""
# Reads every array of the others once more.
READERS = "".join(f"  read_{i}: {{use: toy.slow, with: {{steps: 1, milliseconds: 0}}, "
                  f"in: {{x: {stage}}}}}\n"
                  for i, stage in enumerate(["n", "bytes", "r@step=2", "r@step=3", "r@step=4",
                                             "slow", "s.total", "t.total"]))
# Of real time: only what hangs meets it.
DEADLINE = 60


class Broken(Exception):
    """Something that has to hold does not."""


def require(holds, what: str):
    if not holds:
        raise Broken(what)


@dataclasses.dataclass
class Ran:
    """A command that has ended."""
    words: tuple
    status: int  # minus the signal that ended it
    out: str
    err: str

    @functools.cached_property
    def events(self) -> list:
        """Of `run --json`; a killed run's last line may be cut."""
        events = []
        for line in self.out.splitlines():
            try:
                event = json.loads(line)
            except json.JSONDecodeError:
                continue
            if isinstance(event, dict) and "event" in event:
                events.append(event)
        return events

    def finished(self) -> list:
        return [e for e in self.events if e["event"] == "stage_finished"]

    def complaint(self) -> str:
        """What the user is told has gone wrong."""
        told = [self.err.strip()]
        for event in self.events:
            told += [event.get("message", ""), *event.get("problems", [])]
        return "\n".join(line for line in told if line)

    def __str__(self):
        command = " ".join(map(str, self.words))
        end = f"signal {-self.status}" if self.status < 0 else f"status {self.status}"
        return f"`{command}` ended with {end}: {self.complaint() or self.out[-500:]}"


def shim(below, **faults) -> dict:
    """An environment in which calls on files below a folder go wrong; see fault_shim.cpp."""
    return {"LD_PRELOAD": str(SHIM), "FAULT_BELOW": str(below),
            **{f"FAULT_{name.upper()}": str(value) for name, value in faults.items()}}


class Project:
    """A folder with the stages, their cache, and a log of what ran, which lies beside it."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.cache = folder / ".pipeline"
        self.log = folder.with_name(folder.name + ".log")

    def write_stages(self, name="p.yaml", more=""):
        (self.folder / name).write_text(STAGES + more)

    def log_lines(self) -> list:
        return self.log.read_text().splitlines() if self.log.exists() else []

    def executions(self) -> int:
        """How often a stage has been run, by the stages' own account."""
        return sum(" " not in line for line in self.log_lines())

    def environment(self, extra: dict) -> dict:
        """Without what `extra` has None for."""
        all = {**os.environ, "PIPELINE_PLUGIN_PATH": str(BUILD / "tests" / "toys"),
               "TOY_LOG": str(self.log), **extra}
        return {name: value for name, value in all.items() if value is not None}

    def start(self, *words, env=None, under=(), **options) -> subprocess.Popen:
        return subprocess.Popen([*map(str, under), PROGRAM, *map(str, words)], cwd=self.folder,
                                env=self.environment(env or {}), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def wait(self, process, words, deadline=DEADLINE) -> Ran:
        try:
            out, err = process.communicate(timeout=deadline)
        except subprocess.TimeoutExpired:
            process.kill()
            out, _ = process.communicate()
            raise Broken(f"`{' '.join(map(str, words))}` did not end within {deadline} s; "
                         f"its last words: {out[-500:].decode(errors='replace')}")
        return Ran(words, process.returncode, out.decode(errors="replace"),
                   err.decode(errors="replace"))

    def command(self, *words, env=None, under=(), deadline=DEADLINE, **options) -> Ran:
        return self.wait(self.start(*words, env=env, under=under, **options), words, deadline)

    def run(self, *words, file="p.yaml", **options) -> Ran:
        return self.command("run", file, "--json", *words, **options)

    # What has to hold.

    def require_orderly(self, ran: Ran, sent=None):
        """Whatever was wrong, a command ends by itself, or by the signal sent, and says why."""
        if sent and ran.status == -sent:
            return
        require(ran.status >= 0, f"a signal ended it: {ran}")
        require(ran.status == 0 or ran.complaint() or ran.out, f"nothing is said: {ran}")
        if ran.status == 0 and ran.words[0] == "run":
            self.require_results(ran)

    def require_orderly_extension(self, ran: Ran):
        """As above, of a run with other parameters than the reference's."""
        require(ran.status >= 0 or ran.status == -signal.SIGKILL, f"a signal ended it: {ran}")
        require(ran.status <= 0 or ran.complaint(), f"nothing is said: {ran}")

    def require_results(self, ran: Ran):
        """The run has all results, and they are those of a run that nobody disturbed."""
        expected = reference()
        require(ran.status == 0, f"the run does not succeed: {ran}")
        keys = {e["stage"]: e["key"] for e in ran.finished() if e["stage"] in expected.keys}
        require(keys == expected.keys, f"other keys than an undisturbed run's: {ran}")
        require(ran.events[-1]["metrics"].items() >= expected.metrics.items(),
                f"other scalars than an undisturbed run's: {ran.events[-1]['metrics']}")
        for stage, key in keys.items():
            digests = cache_folder.digests(self.cache, key)
            require(digests, f"stage '{stage}' has a result, but no record")
            require(digests == expected.digests[stage], f"stage '{stage}' has other results")

    def require_whole_exports(self):
        """No export is cut, of whatever run."""
        for file in self.folder.glob("runs/*/*/*"):
            if file.parent.is_symlink() or file.name.startswith("."):
                continue
            begin = b"{" if file.suffix == ".json" else b"the sum is "
            bytes = file.read_bytes()
            require(bytes.startswith(begin) and bytes.endswith(b"\n"),
                    f"the export '{file.name}' is cut to {len(bytes)} bytes")

    def require_sound(self, but=()):
        """`cache verify` finds nothing, or these files only."""
        ran = self.command("cache", "verify", "--json")
        require(ran.status in (0, 1), f"verify does not work: {ran}")
        expected = [str(file.relative_to(self.folder)) for file in but]
        for problem in json.loads(ran.out)["problems"]:
            require(any(file in problem for file in expected), f"verify says: {problem}")

    def heal(self, disturbed=(), may_run_again=(), but=()) -> Ran:
        """The same command goes on and ends, and nothing that had finished runs again."""
        known = cache_folder.stored(self.cache)
        for ran in disturbed:
            known |= {e["key"] for e in ran.finished() if e["state"] in ("ran", "cached")}
        checkpoint = cache_folder.checkpoint_file(self.cache, reference().keys["slow"])
        resumes = checkpoint.is_file() and checkpoint not in but
        resumed = self.log_lines().count("slow goes on")
        before = self.executions()
        ran = self.run()
        self.require_results(ran)
        again = [e["stage"] for e in ran.finished() if e["state"] == "ran" and e["key"] in known]
        require(set(again) <= set(may_run_again), f"had finished, and ran again: {again}")
        count = sum(e["state"] == "ran" for e in ran.finished())
        executed = self.executions() - before
        require(executed == count, f"{count} stages are told to have run, {executed} have")
        if resumes and "slow" in [e["stage"] for e in ran.finished() if e["state"] == "ran"]:
            require(self.log_lines().count("slow goes on") > resumed, "a checkpoint is of no use")
        self.require_exports()
        self.require_sound(but)
        self.require_collected(but)
        return ran

    def require_exports(self):
        """The last run's are those of a run that nobody disturbed."""
        latest = self.folder / "runs" / "p" / "latest"
        for name, bytes in reference().exports.items():
            found = (latest / name).read_bytes() if (latest / name).exists() else None
            require(found == bytes, f"the export '{name}' is not an undisturbed run's")

    def require_collected(self, but=()):
        """gc removes what was left behind, and nothing that the last run reaches. It may refuse
        where it cannot read."""
        before = cache_folder.stored(self.cache) & set(reference().keys.values())
        ran = self.command("cache", "gc", "--keep-runs", "1", "--yes")
        require(ran.status == 0 or but and ran.status > 0, f"gc does not work: {ran}")
        lost = before - cache_folder.stored(self.cache)
        require(not lost, f"gc has taken results of the last run: {lost}")
        left = cache_folder.leftovers(self.cache)
        require(ran.status != 0 or not left, f"gc has left behind: {left}")


@dataclasses.dataclass
class Reference:
    """What a run gives that nobody disturbs."""
    keys: dict
    digests: dict
    metrics: dict
    exports: dict


class Lab:
    """The folder in which tries are made, and the projects that they begin with."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self._lock = threading.Lock()
        self._count = 0

    @functools.cached_property
    def starts(self) -> dict:
        """empty: no cache. half: some stages done, and a checkpoint. full: two runs done."""
        made = {name: Project(self.folder / "starts" / name) for name in ("empty", "half", "full")}
        for project in made.values():
            project.folder.mkdir(parents=True)
            project.write_stages()
        checkpoints = made["half"].cache / "checkpoints"
        made["half"].command("run", "p.yaml", "--jobs", "1", env=shim(
            checkpoints, calls="rename", do="kill-after", at=2))
        require(list(checkpoints.glob("*")), "the killed run left no checkpoint")
        cache_folder.age(made["half"].cache, 24 * 3600)  # no machine waits for the dead run's locks
        for words in (["count=500"], []):
            require(made["full"].run(*words).status == 0, "the stages do not run")
        return made

    def project(self, start: str) -> Project:
        with self._lock:
            self._count += 1
            folder = self.folder / f"try{self._count}"
        shutil.copytree(self.starts[start].folder, folder, symlinks=True)
        return Project(folder)

    def discard(self, project: Project):
        shutil.rmtree(project.folder, ignore_errors=True)
        project.log.unlink(missing_ok=True)


@functools.cache
def lab() -> Lab:
    """In memory where that has room, for syncing costs nothing there."""
    memory = pathlib.Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 1 << 30
    return Lab(pathlib.Path(tempfile.mkdtemp(prefix="torture-", dir=memory if roomy else None)))


@functools.cache
def reference() -> Reference:
    project = lab().project("empty")
    ran = project.run()
    if ran.status != 0:
        raise RuntimeError(f"the undisturbed run fails: {ran}")
    keys = {e["stage"]: e["key"] for e in ran.finished()}
    digests = {stage: cache_folder.digests(project.cache, key) for stage, key in keys.items()}
    exports = {file.name: file.read_bytes()
               for file in (project.folder / "runs" / "p" / "latest").iterdir()}
    lab().discard(project)
    return Reference(keys, digests, ran.events[-1]["metrics"], exports)
