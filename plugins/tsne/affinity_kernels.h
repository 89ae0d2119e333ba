#pragma once
#include "kernels.h"
#include "vector.h"

// Affinities before they are normalised; included by the two kernel builds alone.

namespace pipeline::tsne {
namespace {

void gaussian(const float* squared, std::size_t n, float beta, float* weight, float* sum,
              float* weighted) {
  alignas(64) float sums[16], moments[16];
  for (int half = 0; half < 16; half += kLanes) {
    V total = all(0), moment = all(0);
    for (std::size_t i = std::size_t(half); i < n; i += 16) {
      const V d = load(squared + i), w = exp(d * all(-beta));
      store(weight + i, w);
      total = total + w;
      moment = fma(d, w, moment);
    }
    store(sums + half, total);
    store(moments + half, moment);
  }
  *sum = sum16(sums);
  *weighted = sum16(moments);
}

}  // namespace
}  // namespace pipeline::tsne
