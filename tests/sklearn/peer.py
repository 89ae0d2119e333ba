"""Runs stages on arrays by way of the program, and holds their outputs beside expected ones.

    peer = Peer()
    peer.array("x", x)                                   # a stage that reads x
    peer.stage("pca", "decomposition.pca", {"fit": "x"}, {"n_components": 2})
    peer.expect("pca", "fit", PCA(2).fit_transform(x))
    sys.exit(peer.run())

Exit status 77 where scikit-learn or h5py is not installed: ctest skips the test.
"""
from program import run, skip_without
skip_without("h5py", "numpy", "sklearn")

import h5py
import numpy as np

TOLERANCE = 1e-5


class Peer:
    def __init__(self):
        self.arrays, self.stages, self.expected = {}, {}, []

    def array(self, name, values):
        self.arrays[name] = np.asarray(values)

    def stage(self, name, use, inputs, params=None):
        self.stages[name] = {"use": use, "in": inputs, "with": params or {}}

    def expect(self, stage, port, values, tolerance=TOLERANCE):
        """`port` may have a table's column behind a slash. Equal where both are whole numbers."""
        self.expected.append((stage, port, np.asarray(values), tolerance))

    def run(self):
        """The number of outputs that differ."""
        with run(self.stages, self.arrays) as outputs:
            return sum(self.differs(outputs[stage], stage, port, *expected)
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
