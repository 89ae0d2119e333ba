"""t-SNE of Fashion-MNIST (50 principal components, perplexity 30, 1000 iterations) beside
scikit-learn's, neighbours included, on one core; and the exact divergence of both maps."""
import functools

import harness
from harness import Figures, Row

PEERS = {"sklearn": "python3-sklearn", "numpy": "python3-numpy"}
SKLEARN = ["/usr/bin/python3", harness.SOURCE / "tests/benchmark/tsne_sklearn.py"]
FEATURES, PERPLEXITY = 50, 30


def file(n, what):
    folder = harness.BUILD / "tests/tsne"
    folder.mkdir(exist_ok=True)
    return folder / f"{what}_{n}.f32"


@functools.cache
def points(n):
    path = file(n, "points")
    if not path.exists():
        harness.run([*SKLEARN, "points", n, path])
    return path


def ours(n, threads=1):
    return float(harness.run([harness.program("tsne_map"), points(n), n, FEATURES, threads,
                              file(n, "ours")], threads))


def sklearn(n):
    return float(harness.run([*SKLEARN, "map", points(n), n, file(n, "sklearn")]))


@functools.cache
def beside_sklearn(n, peer_runs):
    """Both in turn, ours three times for each of the peer's runs, which take minutes."""
    figures = Figures([], [])
    for _ in range(peer_runs):
        before = ours(n)
        peer = sklearn(n)
        figures.ours += [before, ours(n), ours(n)]
        figures.peer += 3 * [peer]
    return figures


@functools.cache
def divergences(n, peer_runs):
    beside_sklearn(n, peer_runs)
    lines = harness.run([harness.program("tsne_kl"), points(n), n, FEATURES, PERPLEXITY,
                         file(n, "ours"), file(n, "sklearn")]).split()
    return Figures([float(lines[0])], [float(lines[1])])


def two_threads(n, repeats):
    return harness.in_turn(repeats, ours=lambda: ours(n, threads=2), peer=lambda: ours(n))


ROWS = [
    Row("tsne/6000", "s", "times", 16, lambda: beside_sklearn(6000, 3)),
    Row("tsne/6000_kl", "nat", "most", 1, lambda: divergences(6000, 3)),
    Row("tsne/20000", "s", "times", 30, lambda: beside_sklearn(20000, 1)),
    Row("tsne/20000_kl", "nat", "most", 1, lambda: divergences(20000, 1)),
    # scikit-learn takes half an hour here.
    Row("tsne/60000", "s", "bound", 60, lambda: Figures([ours(60000) for _ in range(3)])),
    # The peer is ours with one thread.
    Row("tsne/two_threads", "s", "times", 1.6, lambda: two_threads(20000, 5)),
]
