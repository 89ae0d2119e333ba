"""Prints the values that metrics_test.cpp holds, by scikit-learn.

    python3 reference.py
"""
import numpy as np
from sklearn import metrics

wave = lambda n, a, b, size=1.0: size * np.sin(a * np.arange(n) + b)
z = wave(23 * 4, 0.7, 0.3, 2).reshape(23, 4)
p = np.exp(z) / np.exp(z).sum(-1, keepdims=True)
t = (np.arange(23) * 7 + np.arange(23) ** 2 // 3) % 4
w = 0.5 + (np.arange(23) % 5) / 4
said = p.argmax(-1)
for weights in (None, w):
    print("accuracy", metrics.accuracy_score(t, said, sample_weight=weights))
    print("top_2", metrics.top_k_accuracy_score(t, p, k=2, sample_weight=weights))
    for average in ("macro", "micro"):
        for name in ("precision_score", "recall_score", "f1_score"):
            print(average, name, getattr(metrics, name)(t, said, average=average, sample_weight=weights, zero_division=0))
y, u = wave(23, 0.7, 0.3), wave(23, 0.6, 0.5)
q, b = 0.5 + 0.5 * y, (np.arange(23) * 5 % 3 == 0).astype(int)
for weights in (None, w):
    print("mae", metrics.mean_absolute_error(u, y, sample_weight=weights))
    print("mse", metrics.mean_squared_error(u, y, sample_weight=weights))
    print("rmse", metrics.mean_squared_error(u, y, sample_weight=weights, squared=False))
    print("r2", metrics.r2_score(u, y, sample_weight=weights))
    print("binary", metrics.accuracy_score(b, q > 0.5, sample_weight=weights), metrics.f1_score(b, q > 0.5, sample_weight=weights))
    print("auc", metrics.roc_auc_score(b, q, sample_weight=weights))
many_y, many_u = wave(69, 0.7, 0.3).reshape(23, 3), wave(69, 0.6, 0.5).reshape(23, 3)
print("r2 of three", metrics.r2_score(many_u, many_y))
