"""Runs stages on arrays by way of the program, and holds their outputs beside expected ones.

    peer = Peer()
    peer.array("x", x)                                   # a stage that reads x
    peer.stage("pca", "decomposition.pca", {"fit": "x"}, {"n_components": 2})
    peer.expect("pca", "fit", PCA(2).fit_transform(x))
    sys.exit(peer.run())

Exit status 77 where scikit-learn or h5py is not installed: ctest skips the test.
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

try:
    import h5py
    import numpy as np
    import sklearn
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

TOLERANCE = 1e-5
IDX_TYPES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def write_idx(path, array):
    """In IDX (MNIST's format): two zeros, the type, the rank, sizes and values, big-endian."""
    with open(path, "wb") as file:
        file.write(bytes([0, 0, IDX_TYPES[array.dtype.str[1:]], array.ndim]))
        file.write(struct.pack(f">{array.ndim}I", *array.shape))
        file.write(array.astype(array.dtype.newbyteorder(">")).tobytes())


class Peer:
    def __init__(self):
        self.arrays, self.stages, self.expected = {}, {}, []

    def array(self, name, values):
        self.arrays[name] = np.asarray(values)
        self.stages[name] = {"use": "data.idx", "with": {"path": f"{name}.idx"}}

    def stage(self, name, use, inputs, params=None):
        self.stages[name] = {"use": use, "in": inputs, "with": params or {}}

    def expect(self, stage, port, values, tolerance=TOLERANCE):
        """`port` may have a table's column behind a slash. Equal where both are whole numbers."""
        self.expected.append((stage, port, np.asarray(values), tolerance))

    def run(self):
        """The number of outputs that differ."""
        with tempfile.TemporaryDirectory() as folder:
            for name, values in self.arrays.items():
                write_idx(os.path.join(folder, name + ".idx"), values)
            with open(os.path.join(folder, "peer.yaml"), "w") as file:
                json.dump({"stages": self.stages}, file)
            ran = subprocess.run([os.environ["PIPELINE_BINARY"], "run", "peer.yaml", "--json"],
                                 cwd=folder, stdout=subprocess.PIPE, text=True)
            events = [json.loads(line) for line in ran.stdout.splitlines()]
            files = {e["stage"]: e.get("output") for e in events if e["event"] == "stage_finished"}
            if ran.returncode != 0:
                for event in events:
                    if event.get("state") == "failed":
                        print(event)
                return 1
            return sum(self.differs(os.path.join(folder, files[stage]), stage, port, *expected)
                       for stage, port, *expected in self.expected)

    def differs(self, file, stage, port, expected, tolerance):
        with h5py.File(file, "r") as outputs:
            found = np.asarray(outputs[port])
        if found.shape != expected.shape:
            return self.tell(stage, port, f"shape {found.shape}, expected {expected.shape}")
        if found.dtype.kind in "iu" and expected.dtype.kind in "iub":
            wrong = int(np.sum(found != expected))
            return self.tell(stage, port, f"{wrong} of {found.size} differ") if wrong else 0
        if not np.array_equal(np.isnan(found), np.isnan(expected)):
            return self.tell(stage, port, "NaN in other places")
        error = np.nan_to_num(np.abs(found - expected) / np.maximum(1, np.abs(expected)))
        worst = float(error.max()) if error.size else 0
        if worst > tolerance:
            return self.tell(stage, port, f"off by {worst:.3g}, at most {tolerance:.3g} expected")
        print(f"{stage}.{port}: {found.shape}, off by at most {worst:.2g}")
        return 0

    @staticmethod
    def tell(stage, port, what):
        print(f"WRONG {stage}.{port}: {what}")
        return 1
