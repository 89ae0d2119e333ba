#!/usr/bin/python3
"""The stages of plugin data beside scikit-learn 1.2 and numpy."""
import sys

from peer import Peer
import numpy as np
from sklearn import preprocessing

random = np.random.RandomState(3)
samples = random.gamma(2, 3, (400, 5))
samples[:, 3] = np.round(samples[:, 3])  # many equal values
samples[:, 4] = 7.25                     # a constant
samples[5, 1] = samples[17, 1] = np.nan
others = random.gamma(2, 3.5, (60, 5))
bytes_ = random.randint(0, 256, (90, 2, 3)).astype(np.uint8)
labels = random.randint(0, 4, 400).astype(np.int32)

peer = Peer()
peer.array("samples", samples)
peer.array("single", samples.astype(np.float32))
peer.array("others", others)
peer.array("bytes", bytes_)
peer.array("labels", labels)


def scaler(name, use, model, params, fit=samples, stage="samples"):
    """Fitted, applied to others, and brought back from what scaled others are."""
    peer.stage(name, use, {"fit": stage, "x": "others"}, params)
    peer.stage(name + "_back", use, {"fit": stage, "inverse": name + ".x"}, params)
    model.fit(fit)
    peer.expect(name, "fit", model.transform(fit))
    scaled = model.transform(others.astype(fit.dtype)).astype(np.float64)
    peer.expect(name, "x", scaled)
    peer.expect(name + "_back", "inverse", model.inverse_transform(scaled))


scaler("standard", "data.standard_scaler", preprocessing.StandardScaler(), {})
scaler("min_max", "data.min_max_scaler", preprocessing.MinMaxScaler((-1, 2)),
       {"feature_range": [-1, 2]})
scaler("min_max_clip", "data.min_max_scaler", preprocessing.MinMaxScaler(clip=True), {"clip": True})
scaler("min_max_single", "data.min_max_scaler", preprocessing.MinMaxScaler(), {},
       samples.astype(np.float32), "single")
scaler("robust", "data.robust_scaler", preprocessing.RobustScaler(), {})
scaler("robust_wide", "data.robust_scaler",
       preprocessing.RobustScaler(quantile_range=(10, 95), with_centering=False),
       {"quantile_range": [10, 95], "with_centering": False})
scaler("uniform", "data.quantile_transformer",
       preprocessing.QuantileTransformer(n_quantiles=50, random_state=0), {"n_quantiles": 50})
scaler("uniform_drawn", "data.quantile_transformer",
       preprocessing.QuantileTransformer(n_quantiles=30, subsample=100, random_state=8),
       {"n_quantiles": 30, "subsample": 100, "random_state": 8})
scaler("normal", "data.quantile_transformer",
       preprocessing.QuantileTransformer(n_quantiles=400, output_distribution="normal",
                                         random_state=0),
       {"n_quantiles": 400, "output_distribution": "normal"})

peer.stage("drawn", "data.select", {"x": "others", "y": "others"}, {"count": 7, "random_state": 4})
drawn = np.random.RandomState(4).choice(60, 7, replace=False)
peer.expect("drawn", "indices", drawn)
peer.expect("drawn", "y", others[drawn])
peer.stage("sevens", "data.select", {"x": "samples", "labels": "labels"},
           {"classes": [2], "rows": {"start": 10, "stop": 14}})
peer.expect("sevens", "indices", np.where(labels == 2)[0][10:14])
peer.expect("sevens", "x", samples[np.where(labels == 2)[0][10:14]])

peer.stage("stacked", "data.stack", {"parts": ["bytes", "bytes"]}, {"axis": 1})
peer.expect("stacked", "y", np.stack([bytes_, bytes_], 1))
peer.stage("joined", "data.concatenate", {"parts": ["bytes"] * 3}, {"axis": -1})
peer.expect("joined", "y", np.concatenate([bytes_] * 3, -1))

for name, values, params in [("plain", others, {}),
                             ("ranged", others, {"bins": 7, "range": [1, 5.5]}),
                             ("of_bytes", bytes_, {"bins": 16}),
                             ("on_edges", np.round(others), {"bins": 13})]:
    peer.array(name + "_values", values)
    peer.stage(name, "data.histogram", {"x": name + "_values"}, params)
    counts, edges = np.histogram(values, params.get("bins", 10), params.get("range"))
    peer.expect(name, "counts", counts)
    peer.expect(name, "edges", edges, 1e-14)

peer.stage("greatest", "data.argmax", {"x": "bytes"})
peer.expect("greatest", "labels", bytes_.argmax(-1))

peer.stage("described", "data.describe", {"x": "samples", "labels": "labels"})
peer.expect("described", "values/missing", [2])
peer.expect("described", "values/mean", [np.nanmean(samples)])
peer.expect("described", "features/min", np.nanmin(samples, 0))
peer.expect("described", "features/max", np.nanmax(samples, 0))
peer.expect("described", "features/std", np.nanstd(samples, 0))
peer.expect("described", "classes/count", np.bincount(labels))

sys.exit(peer.run())
