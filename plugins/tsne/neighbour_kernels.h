#pragma once
#include "kernels.h"
#include "vector.h"

// Distances to blocks of 16 points; included by the two kernel builds alone.

namespace pipeline::tsne {
namespace {

/// Squared distances of four queries to kLanes points of a block.
TSNE_INLINE void four_distances(const float* const* queries, const float* block, int features,
                                V* sums) {
  for (int q = 0; q < 4; ++q) sums[q] = all(0);
  for (int f = 0; f < features; ++f) {
    const V x = load(block + std::size_t(f) * 16);
    for (int q = 0; q < 4; ++q) {
      const V delta = x - all(queries[q][f]);
      sums[q] = fma(delta, delta, sums[q]);
    }
  }
}

void distances(const float* const* queries, const float* blocks, int features,
               const std::int32_t* chosen, int count, float* out, std::size_t out_stride) {
  for (int b = 0; b < count; ++b)
    for (int half = 0; half < 16; half += kLanes) {
      V sums[4];
      four_distances(queries, blocks + std::size_t(chosen[b]) * features * 16 + half, features,
                     sums);
      for (int q = 0; q < 4; ++q) store(out + q * out_stride + std::size_t(b) * 16 + half, sums[q]);
    }
}

int sieve(const float* const* queries, const float* limits, const float* blocks, int features,
          int count, std::int32_t* found) {
  int n = 0;
  for (int b = 0; b < count; ++b) {
    unsigned hits = 0;
    for (int half = 0; half < 16; half += kLanes) {
      V sums[4];
      four_distances(queries, blocks + std::size_t(b) * features * 16 + half, features, sums);
      for (int q = 0; q < 4; ++q) hits |= less_equal(sums[q], all(limits[q]));
    }
    found[n] = b;
    n += hits != 0;
  }
  return n;
}

int at_most(const float* values, int count, float limit, std::int32_t* found) {
  int n = 0;
  const V bound = all(limit);
  for (int i = 0; i < count; i += kLanes)
    for (unsigned hits = less_equal(load(values + i), bound); hits; hits &= hits - 1)
      found[n++] = i + __builtin_ctz(hits);
  return n;
}

}  // namespace
}  // namespace pipeline::tsne
