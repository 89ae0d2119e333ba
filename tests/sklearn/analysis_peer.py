#!/usr/bin/python3
"""The stages of plugin analysis beside scikit-learn 1.2."""
import sys

from peer import Peer
import numpy as np
from sklearn import neighbors
from sklearn.metrics import pairwise_distances

random = np.random.RandomState(5)
places = random.randn(4, 7) * 2
truth = random.randint(0, 4, 300)
samples = places[truth] + random.randn(300, 7)
queries = places[random.randint(0, 4, 41)] + random.randn(41, 7)
queries_truth = random.randint(0, 4, 41)
images = random.randint(0, 256, (75, 5, 9)).astype(np.uint8)
flat = images.reshape(75, -1).astype(np.float64)

peer = Peer()
peer.array("samples", samples)
peer.array("single", samples.astype(np.float32))
peer.array("far", samples + 1e6)
peer.array("queries", queries)
peer.array("images", images)
peer.array("labels", (truth * 3 - 1).astype(np.int32))
peer.array("queries_labels", (queries_truth * 3 - 1).astype(np.int32))

for metric in "euclidean", "cosine", "manhattan":
    params = {"metric": metric}
    peer.stage(metric, "metrics.pairwise_distances", {"x": "samples", "y": "queries"}, params)
    peer.expect(metric, "distances", pairwise_distances(samples, queries, metric))
    peer.stage(metric + "_images", "metrics.pairwise_distances", {"x": "images"}, params)
    peer.expect(metric + "_images", "distances", pairwise_distances(flat, metric=metric))

    model = neighbors.NearestNeighbors(n_neighbors=6, metric=metric, algorithm="brute")
    for name, stage, fit, wired, asked, rows in [
            ("self", "samples", samples, None, None, None),
            ("single", "single", samples.astype(np.float32), None, None, None),
            ("far", "far", samples, None, None, None),  # where scikit-learn's cancel
            ("queries", "samples", samples, "queries", queries, None),
            ("rows", "samples", samples, None, samples[[210, 4, 101, 9, 294]],
             [210, 4, 101, 9, 294]),
            ("images", "images", flat, None, None, None)]:
        name = f"{metric}_nearest_{name}"
        wires = {"fit": stage, **({"queries": wired} if wired else {})}
        peer.stage(name, "neighbors.kneighbors", wires,
                   {"n_neighbors": 6, "metric": metric, **({"rows": rows} if rows else {})})
        distances, indices = model.fit(fit.astype(np.float64)).kneighbors(asked)
        if name == "cosine_nearest_far":
            continue  # all are in one direction
        peer.expect(name, "distances", distances)
        if name != "manhattan_nearest_images":  # equal distances, which scikit-learn leaves unordered
            peer.expect(name, "indices", indices)

    for weights in "uniform", "distance":
        name = f"{metric}_classes_{weights}"
        peer.stage(name, "neighbors.kneighbors_classifier",
                   {"fit": "samples", "labels": "labels", "x": "queries",
                    "x_labels": "queries_labels"},
                   {"n_neighbors": 4, "weights": weights, "metric": metric})
        model = neighbors.KNeighborsClassifier(4, weights=weights, metric=metric, algorithm="brute")
        model.fit(samples, truth * 3 - 1)
        peer.expect(name, "predicted", model.predict(queries))
        peer.expect(name, "probabilities", model.predict_proba(queries))
        peer.expect(name, "score", model.score(queries, queries_truth * 3 - 1))

sys.exit(peer.run())
