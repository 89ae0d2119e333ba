"""Runs stages on arrays by way of the program, for tests in Python.

    with run({"pca": {"use": "decomposition.pca", "in": {"fit": "x"}}}, {"x": x}) as outputs:
        h5py.File(outputs["pca"])
"""
import contextlib
import importlib
import json
import os
import struct
import subprocess
import sys
import tempfile

IDX_TYPES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}
SKIPPED = 77  # to ctest


def skip_without(*modules):
    """Ends the test, skipped, where one is not installed."""
    for module in modules:
        try:
            importlib.import_module(module)
        except ImportError as missing:
            print(f"skipped: {missing}")
            sys.exit(SKIPPED)


def write_idx(path, array):
    """In IDX (MNIST's format): two zeros, the type, the rank, sizes and values, big-endian."""
    with open(path, "wb") as file:
        file.write(bytes([0, 0, IDX_TYPES[array.dtype.str[1:]], array.ndim]))
        file.write(struct.pack(f">{array.ndim}I", *array.shape))
        file.write(array.astype(array.dtype.newbyteorder(">")).tobytes())


@contextlib.contextmanager
def run(stages, arrays):
    """Of each stage the HDF5 file with what it gave; `arrays` are stages that others read. Ends the
    test, having shown what failed, if a stage does."""
    with tempfile.TemporaryDirectory() as folder:
        for name, values in arrays.items():
            write_idx(os.path.join(folder, name + ".idx"), values)
        read = {name: {"use": "data.idx", "with": {"path": f"{name}.idx"}} for name in arrays}
        with open(os.path.join(folder, "peer.yaml"), "w") as file:
            json.dump({"stages": {**read, **stages}}, file)
        ran = subprocess.run([os.environ["PIPELINE_BINARY"], "run", "peer.yaml", "--json"],
                             cwd=folder, stdout=subprocess.PIPE, text=True)
        events = [json.loads(line) for line in ran.stdout.splitlines()]
        if ran.returncode != 0:
            for event in events:
                if event.get("state") == "failed":
                    print(event)
            sys.exit(1)
        yield {event["stage"]: os.path.join(folder, event["output"])
               for event in events if event["event"] == "stage_finished"}
