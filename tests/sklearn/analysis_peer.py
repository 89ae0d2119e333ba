#!/usr/bin/python3
"""The stages of plugin analysis beside scikit-learn 1.2."""
import sys

from peer import Peer
import numpy as np
from sklearn import cluster, decomposition, linear_model, manifold, metrics, neighbors
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

# Principal components: of many samples, of few samples with many features, in single precision.
few = random.randn(12, 40) @ random.randn(40, 40)
peer.array("few", few)
for name, stage, fit, asked, count, whiten in [
        ("all", "samples", samples, "queries", None, False),
        ("two", "samples", samples, "queries", 2, True),
        ("share", "samples", samples, "queries", 0.8, False),
        ("single", "single", samples.astype(np.float32), "queries", 3, False),
        ("few", "few", few, "few", 11, False)]:
    name = "pca_" + name
    params = {"n_components": count, "whiten": whiten}
    model = decomposition.PCA(count, whiten=whiten, svd_solver="full").fit(fit.astype(np.float64))
    scores = model.transform(peer.arrays[asked])
    peer.stage(name, "decomposition.pca", {"fit": stage, "x": asked}, params)
    peer.stage(name + "_back", "decomposition.pca", {"fit": stage, "inverse": name + ".x"}, params)
    peer.expect(name, "fit", model.transform(fit.astype(np.float64)))
    peer.expect(name, "x", scores)
    peer.expect(name, "components", model.components_)
    peer.expect(name, "explained_variance", model.explained_variance_)
    peer.expect(name, "explained_variance_ratio", model.explained_variance_ratio_)
    peer.expect(name + "_back", "inverse", model.inverse_transform(scores))

# k-means: drawn starts, given ones, and one that leaves a cluster empty at first.
start = samples[[0, 1, 2, 3]]
lost = np.vstack([samples[:3], np.full((2, 7), 1e3)])
peer.array("start", start)
peer.array("lost", lost)
for name, inputs, params, model in [
        ("drawn", {}, {"n_clusters": 6, "random_state": 3},
         cluster.KMeans(6, n_init=10, random_state=3)),
        ("many", {}, {"n_clusters": 25, "n_init": 3, "random_state": 1, "tol": 0},
         cluster.KMeans(25, n_init=3, random_state=1, tol=0)),
        ("short", {}, {"n_clusters": 5, "n_init": 1, "max_iter": 2},
         cluster.KMeans(5, n_init=1, max_iter=2, random_state=0)),
        ("given", {"centers": "start"}, {}, cluster.KMeans(4, init=start, n_init=1)),
        ("lost", {"centers": "lost"}, {"max_iter": 50}, cluster.KMeans(5, init=lost, n_init=1,
                                                                      max_iter=50))]:
    name = "kmeans_" + name
    peer.stage(name, "cluster.kmeans", {"fit": "samples", "x": "queries", **inputs}, params)
    model.fit(samples)
    peer.expect(name, "labels", model.labels_)
    peer.expect(name, "x_labels", model.predict(queries))
    peer.expect(name, "centers", model.cluster_centers_)
    peer.expect(name, "inertia", model.inertia_)
    peer.expect(name, "n_iter", model.n_iter_)

# Logistic regression: at the optimum, which scikit-learn's lbfgs does not go on to; and as near as
# the default tolerance.
binary = (truth > 1).astype(np.int32)
peer.array("binary", binary)
for name, labels, stage, params, model in [
        ("four", truth * 3 - 1, "labels", {}, linear_model.LogisticRegression()),
        ("two", binary, "binary", {"C": 0.1}, linear_model.LogisticRegression(C=0.1)),
        ("plain", truth * 3 - 1, "labels", {"fit_intercept": False, "C": 30},
         linear_model.LogisticRegression(fit_intercept=False, C=30))]:
    for case, solver, tol, tolerance in [("exact", "newton-cg", 1e-10, 1e-6),
                                         ("default", "lbfgs", 1e-4, 1e-3)]:
        model.set_params(tol=tol, max_iter=10000, solver=solver).fit(samples, labels)
        case = f"logistic_{name}_{case}"
        peer.stage(case, "linear_model.logistic_regression",
                   {"fit": "samples", "labels": stage, "x": "queries"},
                   {**params, "tol": tol, "max_iter": 10000})
        peer.expect(case, "coef", model.coef_, tolerance)
        peer.expect(case, "intercept", model.intercept_ * np.ones(len(model.coef_)), tolerance)
        peer.expect(case, "predicted", model.predict(queries))
        peer.expect(case, "probabilities", model.predict_proba(queries), tolerance)

# Figures of merit, for labels some of which are never predicted.
guessed = np.where(random.rand(300) < 0.7, truth * 3 - 1, random.choice([-1, 2, 40], 300))
real = truth * 3 - 1
peer.array("guessed", guessed.astype(np.int32))
pair = {"y_true": "labels", "y_pred": "guessed"}
peer.stage("accuracy", "metrics.accuracy_score", pair)
peer.expect("accuracy", "score", metrics.accuracy_score(real, guessed))
for normalize in None, "true", "pred", "all":
    name = f"confusion_{normalize}"
    peer.stage(name, "metrics.confusion_matrix", pair, {"normalize": normalize or "none"})
    peer.expect(name, "matrix", metrics.confusion_matrix(real, guessed, normalize=normalize))
peer.stage("confusion_some", "metrics.confusion_matrix", pair, {"labels": [8, -1]})
peer.expect("confusion_some", "matrix", metrics.confusion_matrix(real, guessed, labels=[8, -1]))
peer.stage("report", "metrics.classification_report", pair)
report = metrics.classification_report(real, guessed, output_dict=True, zero_division=0)
classes = sorted(int(name) for name in report if name.lstrip("-").isdigit())
peer.expect("report", "classes/label", classes)
for column, key in ("precision",) * 2, ("recall",) * 2, ("f1", "f1-score"), ("support",) * 2:
    peer.expect("report", "classes/" + column, [report[str(label)][key] for label in classes])
peer.expect("report", "accuracy", report["accuracy"])
peer.expect("report", "precision", report["macro avg"]["precision"])
peer.expect("report", "recall", report["macro avg"]["recall"])
peer.expect("report", "f1", report["macro avg"]["f1-score"])
peer.expect("report", "weighted_f1", report["weighted avg"]["f1-score"])
peer.stage("rand", "metrics.adjusted_rand_score", {"labels_true": "labels", "labels_pred": "guessed"})
peer.expect("rand", "score", metrics.adjusted_rand_score(real, guessed))
peer.array("map", samples[:, :2] + random.randn(300, 2))
alone = np.where(np.arange(300) == 17, 99, real).astype(np.int32)  # a cluster of one sample
peer.array("alone", alone)
for metric in "euclidean", "cosine", "manhattan":
    name = "silhouette_" + metric
    peer.stage(name, "metrics.silhouette_score", {"x": "samples", "labels": "alone"},
               {"metric": metric})
    peer.expect(name, "score", metrics.silhouette_score(samples, alone, metric=metric))
    peer.expect(name, "samples", metrics.silhouette_samples(samples, alone, metric=metric))
    for k in 5, 30:
        name = f"trust_{metric}_{k}"
        peer.stage(name, "manifold.trustworthiness", {"x": "samples", "embedding": "map"},
                   {"n_neighbors": k, "metric": metric})
        peer.expect(name, "score", manifold.trustworthiness(
            samples, peer.arrays["map"], n_neighbors=k, metric=metric))

sys.exit(peer.run())
