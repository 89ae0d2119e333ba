#pragma once
#include <cstdint>
#include <vector>

namespace pipeline::tsne {

/// Clusters of roughly normal points, [n][d], point i in cluster i % clusters: the same numbers as
///
///   def points(n, d, clusters, seed=1):           # NumPy
///       s = seed
///       def u():
///           nonlocal s
///           s = (s * 1664525 + 1013904223) % 2**32
///           return s / 2**32
///       def g():
///           t = 0.0
///           for _ in range(12): t += u()
///           return t - 6
///       c = [[4 * g() for _ in range(d)] for _ in range(clusters)]
///       return np.array([[c[i % clusters][f] + g() for f in range(d)]
///                        for i in range(n)]).astype(np.float32)
inline std::vector<float> made_points(int n, int d, int clusters, std::uint32_t seed = 1) {
  const auto normal = [&] {
    double total = 0;
    for (int i = 0; i < 12; ++i) {
      seed = seed * 1664525u + 1013904223u;
      total += seed / 4294967296.0;
    }
    return total - 6;
  };
  std::vector<double> centres;
  for (int i = 0; i < clusters * d; ++i) centres.push_back(4 * normal());
  std::vector<float> points;
  for (int i = 0; i < n; ++i)
    for (int f = 0; f < d; ++f)
      points.push_back(float(centres[std::size_t(i % clusters * d + f)] + normal()));
  return points;
}

}  // namespace pipeline::tsne
