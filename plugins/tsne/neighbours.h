#pragma once
#include <cstdint>
#include <functional>
#include <span>

#include "large.h"
#include "workers.h"

namespace pipeline::tsne {

/// For each of n points its k nearest others, nearest first; equally near ones by their index.
struct Neighbours {
  std::int64_t count = 0;         ///< n
  int each = 0;                   ///< k
  Large<std::int32_t> index;      ///< [n][k]
  Large<float> squared_distance;  ///< [n][k]
};

/// Exact nearest neighbours by Euclidean distance, all pairs in blocks; a pair's distance has the
/// same bits from both sides. x is [n][features], finite; k < n. `check` is called now and then,
/// may throw, and must be thread-safe.
Neighbours nearest_neighbours(std::span<const float> x, std::int64_t n, std::int64_t features,
                              int k, Workers& workers, const std::function<void()>& check);

}  // namespace pipeline::tsne
