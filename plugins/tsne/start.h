#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "workers.h"

namespace pipeline::tsne {

/// The map's first positions, [n][dims].

/// Scores of the first principal components; each component's sign makes its largest score by
/// magnitude positive; scaled so that the first has a standard deviation of 1e-4. As scikit-learn's
/// init='pca', but for its randomised solver's error. dims <= min(n, features). Empty if all points
/// are the same. `check` is called every few milliseconds, may throw, and must be thread-safe.
std::vector<float> principal_start(std::span<const float> x, std::int64_t n, std::int64_t features,
                                   int dims, Workers& workers, const std::function<void()>& check);

/// 1e-4 times standard normal draws: those of NumPy's RandomState(seed).standard_normal, so the
/// start is scikit-learn's with init='random'.
std::vector<float> random_start(std::int64_t n, int dims, std::uint32_t seed);

}  // namespace pipeline::tsne
