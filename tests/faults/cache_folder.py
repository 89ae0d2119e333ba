"""What lies where in a cache folder: the one place of the torture bench that knows; see
framework/cache/layout.h."""
import json
import os
import pathlib
import time


def object_file(cache: pathlib.Path, key: str) -> pathlib.Path:
    return cache / "objects" / key[:2] / f"{key}.h5"


def record_file(cache: pathlib.Path, key: str) -> pathlib.Path:
    return cache / "records" / key[:2] / f"{key}.json"


def checkpoint_file(cache: pathlib.Path, key: str) -> pathlib.Path:
    return cache / "checkpoints" / f"{key}.h5"


def digests(cache: pathlib.Path, key: str) -> dict:
    """Of each output, as the record has them; empty where there is none."""
    if not record_file(cache, key).is_file():
        return {}
    record = json.loads(record_file(cache, key).read_text())["content"]
    return {port: output["digest"] for port, output in record["outputs"].items()}


def stored(cache: pathlib.Path) -> set:
    """The keys that have record and file."""
    keys = {file.stem for file in cache.glob("records/*/*.json")}
    return {key for key in keys if object_file(cache, key).is_file()}


def object_keys(cache: pathlib.Path) -> set:
    """The keys that have a file."""
    return {file.stem for file in cache.glob("objects/*/*.h5")}


def leftovers(cache: pathlib.Path) -> list:
    """Temporary files, locks of actions, and end states without a result."""
    locks = [file for file in cache.glob("locks/*") if not file.name.startswith(".")]
    states = [file for file in cache.glob("states/*/*") if file.is_file() and not file.is_symlink() and
              not object_file(cache, file.stem).exists()]
    return [*cache.glob("tmp/*"), *locks, *cache.glob("checkpoints/*"), *states]


def files(cache: pathlib.Path, kind: str) -> list:
    """Those of one kind, sorted."""
    patterns = {"format": "format.json", "objects": "objects/*/*", "records": "records/*/*",
                "checkpoints": "checkpoints/*", "states": "states/*/*",
                "families": "families/*/*/*", "runs": "runs/*/*", "files": "files/*/*",
                "locks": "locks/.commit"}
    return sorted(cache.glob(patterns[kind]))


def age(cache: pathlib.Path, seconds: float):
    """As if so much time had passed since locks and temporary files were touched."""
    for file in [*cache.glob("tmp/*"), *cache.glob("locks/*")]:
        then = time.time() - seconds
        os.utime(file, (then, then))
