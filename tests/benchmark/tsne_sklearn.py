#!/usr/bin/python3
"""The peer's side of bench_tsne.py, with scikit-learn and one thread.

tsne_sklearn.py points N FILE          the first N training images of Fashion-MNIST, scaled to
                                       [0, 1], as 50 principal components; floats, one image a row
tsne_sklearn.py map POINTS N MAP       their map by TSNE with its defaults; prints the seconds
"""
import gzip
import os
import sys
import time

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

IMAGES = "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz"


def points(n, path):
    with gzip.open(IMAGES) as file:
        pixels = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784)[:n]
    scores = PCA(50, random_state=0).fit_transform(pixels.astype(np.float32) / 255)
    scores.astype(np.float32).tofile(path)


def embed(path, n, out):
    x = np.fromfile(path, np.float32).reshape(n, 50)
    start = time.perf_counter()
    y = TSNE(perplexity=30, init="pca", learning_rate="auto", n_iter=1000, random_state=0,
             n_jobs=1).fit_transform(x)
    print(f"{time.perf_counter() - start:.4f}")
    y.astype(np.float32).tofile(out)


if sys.argv[1] == "points":
    points(int(sys.argv[2]), sys.argv[3])
else:
    embed(sys.argv[2], int(sys.argv[3]), sys.argv[4])
