#pragma once
#include "kernels.h"
#include "vector.h"

// Distances to blocks of 16 points; included by the two kernel builds alone.

namespace pipeline::tsne {
namespace {

void distances(const float* const* queries, const float* blocks, int features, int blocks_count,
               float* out, std::size_t out_stride) {
  for (int b = 0; b < blocks_count; ++b) {
    const float* block = blocks + std::size_t(b) * features * 16;
    for (int half = 0; half < 16; half += kLanes) {
      V s0 = all(0), s1 = s0, s2 = s0, s3 = s0;
      for (int f = 0; f < features; ++f) {
        V x = load(block + std::size_t(f) * 16 + half);
        V d0 = x - all(queries[0][f]), d1 = x - all(queries[1][f]);
        V d2 = x - all(queries[2][f]), d3 = x - all(queries[3][f]);
        s0 = fma(d0, d0, s0);
        s1 = fma(d1, d1, s1);
        s2 = fma(d2, d2, s2);
        s3 = fma(d3, d3, s3);
      }
      float* o = out + std::size_t(b) * 16 + half;
      store(o, s0);
      store(o + out_stride, s1);
      store(o + 2 * out_stride, s2);
      store(o + 3 * out_stride, s3);
    }
  }
}

int at_most(const float* values, int count, float limit, std::int32_t first, std::int32_t* found) {
  int n = 0;
  const V bound = all(limit);
  for (int i = 0; i < count; i += kLanes)
    for (unsigned hits = less_equal(load(values + i), bound); hits; hits &= hits - 1)
      found[n++] = first + i + __builtin_ctz(hits);
  return n;
}

}  // namespace
}  // namespace pipeline::tsne
