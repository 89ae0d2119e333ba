#pragma once
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "pipeline/nn/simd.h"
#include "pipeline/nn/tensor.h"

namespace pipeline::nn {

/// Uniform in [-1, 1).
inline std::vector<float> random_values(std::size_t n, unsigned seed) {
  std::mt19937 engine(seed);
  std::vector<float> values(n);
  for (float& v : values) v = float(engine() >> 8) * 0x1p-23f - 1.0f;
  return values;
}

/// Runs f once with each instruction set that this processor has; gives what each returned.
template <class F>
auto on_each_simd(F f) {
  const Simd before = simd_in_use();
  std::vector<decltype(f())> results;
  for (Simd simd : available_simd()) {
    use_simd(simd);
    results.push_back(f());
  }
  use_simd(before);
  return results;
}

inline bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}
/// All results of on_each_simd() are equal, bit for bit.
inline bool all_same_bits(const std::vector<std::vector<float>>& results) {
  for (const auto& r : results)
    if (!same_bits(r, results[0])) return false;
  return true;
}

/// Shapes of samples with which a loop that mixes up sizes or strides goes wrong.
inline const std::vector<Shape> kOddShapes = {{13}, {1, 1, 1}, {3, 5, 7}, {2, 1, 9}, {17, 3, 1}};

/// A batch filled from plain rows.
inline Batch batch_of(const std::vector<float>& rows, Shape sample, int halo = 0) {
  const int samples = int(std::int64_t(rows.size()) / elements(sample));
  Batch batch(sample, samples, halo);
  batch.gather(rows, 0, samples);
  return batch;
}
inline std::vector<float> plain(const Batch& batch) {
  std::vector<float> rows(std::size_t(batch.samples()) * batch.geometry().values());
  batch.scatter(rows);
  return rows;
}
/// Everything outside the image is zero.
inline bool halo_is_zero(const Batch& batch) {
  for (int b = 0; b < batch.blocks(); ++b) {
    const ConstBlock block = batch.block(b);
    for (int c = 0; c < block.channels; ++c)
      for (int r = -block.halo; r < block.height + block.halo; ++r)
        for (int q = -block.halo; q < block.width + block.halo; ++q) {
          if (r >= 0 && r < block.height && q >= 0 && q < block.width) continue;
          for (int lane = 0; lane < kLanes; ++lane)
            if (block.at(c, r, q, lane) != 0) return false;
        }
  }
  return true;
}

/// The largest |a - b| over max(1, |b|).
template <class A, class B>
double distance(const std::vector<A>& a, const std::vector<B>& b) {
  double worst = a.size() == b.size() ? 0 : 1e30;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    const double d = std::abs(double(a[i]) - double(b[i])) / std::max(1.0, std::abs(double(b[i])));
    worst = d <= worst ? worst : d;  // a NaN stays
    if (d != d) return d;
  }
  return worst;
}

}  // namespace pipeline::nn
