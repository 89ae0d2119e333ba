"""Runs components one by one through the program peer_components (components.cpp), and holds what
they give beside what somebody else says.

    apart = Apart()
    apart.require_all("schedule", ["constant", …])       # wrong if a registered one is not there
    apart.add("schedule", {"constant": {"learning_rate": 1}}, {"steps": [0]}, [], {"rates": [1]})
    sys.exit(apart.run() > 0)
"""
import json
import os
import subprocess
import tempfile

import numpy as np

TOLERANCE = 1e-5  # of the largest value of an array


def registered(kind):
    ids = subprocess.run([os.environ["PEER_COMPONENTS"]], stdout=subprocess.PIPE, check=True)
    return json.loads(ids.stdout)[kind]


class Apart:
    def __init__(self):
        self.cases, self.numbers, self.expected = [], [], []
        self.wrong = 0

    def require_all(self, kind, known):
        """Every registered component of the kind is compared, or stands in no table."""
        for name in registered(kind):
            if name not in known:
                print(f"WRONG {kind} '{name}' is registered, and is compared with nobody: "
                      "give it cases here")
                self.wrong += 1

    def add(self, kind, of, case, given, expected, tolerance=TOLERANCE):
        """`given` and `expected` in the order that components.cpp says; the latter by names."""
        self.cases.append({"kind": kind, "of": of, **case})
        self.numbers += [np.asarray(one, np.float32).ravel() for one in given]
        self.expected.append((expected, tolerance))

    def run(self):
        """How many cases and components are wrong."""
        with tempfile.TemporaryDirectory() as folder:
            paths = [os.path.join(folder, name) for name in ("cases", "numbers", "results")]
            with open(paths[0], "w") as file:
                json.dump(self.cases, file)
            np.concatenate([np.zeros(0, np.float32), *self.numbers]).tofile(paths[1])
            subprocess.run([os.environ["PEER_COMPONENTS"], *paths], check=True)
            results = np.fromfile(paths[2])
        worst = {}
        for case, (expected, tolerance) in zip(self.cases, self.expected):
            name = case["of"] if isinstance(case["of"], str) else next(iter(case["of"]))
            error, most = 0, 0
            for what, values in expected.items():
                values = np.asarray(values, np.float64)
                found, results = results[:values.size], results[values.size:]
                difference = np.abs(found.reshape(values.shape) - values)
                off = float(difference.max() / max(np.abs(values).max(), 1e-30))
                if not off <= tolerance:
                    error = 1
                    print(f"WRONG {json.dumps(case)}: {what} is off by {off:.1e} of the largest")
                most = max(most, off)
            count, before = worst.get((case["kind"], name), (0, 0))
            worst[case["kind"], name] = count + 1, max(before, most)
            self.wrong += error
        if len(results):
            print(f"WRONG {len(results)} numbers more came than were expected")
            self.wrong += 1
        for (kind, name), (count, most) in sorted(worst.items()):
            print(f"{kind} {name}: {count} cases, off by at most {most:.1e}")
        return self.wrong
