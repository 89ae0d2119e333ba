#pragma once
#include "kernels.h"
#include "vector.h"

// Forces between points of the map, and the step of gradient descent; included by the two kernel
// builds alone.

namespace pipeline::tsne {
namespace {

/// 1/dof of Student's t: dof = max(dims - 1, 1).
TSNE_INLINE float inverse_dof(int dims) { return dims == 3 ? 0.5f : 1.f; }

/// How many entries ahead they are fetched: from 20,000 points on, 0.85 of the time.
constexpr std::int64_t kAhead = 512;

/// The coordinates of kLanes points.
template <int D>
TSNE_INLINE void others(const Points& y, const std::int32_t* index, V* out) {
  if constexpr (D == 2) {
    gather_pairs(y.pairs, index, out[0], out[1]);
  } else {
    for (int c = 0; c < D; ++c) out[c] = gather(y.data + c * y.stride, index);
  }
}

template <int D>
void attract_row(const Points& y, const SparseRows& rows, std::int64_t i, float* force) {
  alignas(64) float sums[D][16];
  const V scale = all(inverse_dof(D));
  for (int half = 0; half < 16; half += kLanes) {
    V at[D], sum[D];
    for (int c = 0; c < D; ++c) at[c] = all(y.data[c * y.stride + i]), sum[c] = all(0);
    for (std::int64_t k = rows.begin[i] + half; k < rows.begin[i + 1]; k += 16) {
      _mm_prefetch((const char*)(rows.index + k + kAhead), _MM_HINT_T0);
      _mm_prefetch((const char*)(rows.p + k + kAhead), _MM_HINT_T0);
      V other[D], delta[D], d = all(0);
      others<D>(y, rows.index + k, other);
      for (int c = 0; c < D; ++c) {
        delta[c] = at[c] - other[c];
        d = fma(delta[c], delta[c], d);
      }
      V w = load(rows.p + k) / fma(d, scale, all(1));
      for (int c = 0; c < D; ++c) sum[c] = fma(w, delta[c], sum[c]);
    }
    for (int c = 0; c < D; ++c) store(sums[c] + half, sum[c]);
  }
  for (int c = 0; c < D; ++c) force[c * y.stride + i] = sum16(sums[c]);
}

void attract(const Points& y, const SparseRows& rows, std::int64_t first, std::int64_t last,
             float* force) {
  for (std::int64_t i = first; i < last; ++i) {
    if (y.dims == 1) attract_row<1>(y, rows, i, force);
    if (y.dims == 2) attract_row<2>(y, rows, i, force);
    if (y.dims == 3) attract_row<3>(y, rows, i, force);
  }
}

template <int D>
double cross_entropy_row(const Points& y, const SparseRows& rows, std::int64_t i) {
  alignas(64) float sums[16];
  for (int half = 0; half < 16; half += kLanes) {
    V sum = all(0);
    for (std::int64_t k = rows.begin[i] + half; k < rows.begin[i + 1]; k += 16) {
      V other[D], d = all(0);
      others<D>(y, rows.index + k, other);
      for (int c = 0; c < D; ++c) {
        V delta = all(y.data[c * y.stride + i]) - other[c];
        d = fma(delta, delta, d);
      }
      sum = fma(load(rows.p + k), log(fma(d, all(inverse_dof(D)), all(1))), sum);
    }
    store(sums + half, sum);
  }
  return sum16(sums);
}

double cross_entropy(const Points& y, const SparseRows& rows, std::int64_t first,
                     std::int64_t last) {
  double total = 0;
  for (std::int64_t i = first; i < last; ++i) {
    if (y.dims == 1) total += cross_entropy_row<1>(y, rows, i);
    if (y.dims == 2) total += cross_entropy_row<2>(y, rows, i);
    if (y.dims == 3) total += cross_entropy_row<3>(y, rows, i);
  }
  return total;
}

/// Ones with a zero in the middle: loaded from 15 - lane, the zero is in that lane.
alignas(64) constexpr float kAllButOne[31] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0,
                                              1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

template <int D>
TSNE_INLINE void repel_lanes(const V* at, const float* other, std::size_t stride, const V* keep,
                             V* sum, V& z) {
  V delta[D], d = all(0);
  for (int c = 0; c < D; ++c) {
    delta[c] = at[c] - load(other + c * stride);
    d = fma(delta[c], delta[c], d);
  }
  V w = all(1) / fma(d, all(inverse_dof(D)), all(1));
  V q = D == 3 ? w * sqrt(w) : w;
  if (keep) q = q * *keep;
  z = z + q;
  V force = q * w;
  for (int c = 0; c < D; ++c) sum[c] = fma(force, delta[c], sum[c]);
}

template <int D>
double repel_row(const Points& y, std::int64_t i, float* force) {
  alignas(64) float sums[D + 1][16];
  for (int half = 0; half < 16; half += kLanes) {
    V at[D], sum[D], z = all(0);
    for (int c = 0; c < D; ++c) at[c] = all(y.data[c * y.stride + i]), sum[c] = all(0);
    const std::int64_t own = i / 16 * 16;
    const V keep = load(kAllButOne + 15 - (i - own) + half);
    for (std::int64_t j = half; j < own; j += 16)
      repel_lanes<D>(at, y.data + j, y.stride, nullptr, sum, z);
    repel_lanes<D>(at, y.data + own + half, y.stride, &keep, sum, z);
    for (std::int64_t j = own + 16 + half; j < y.count; j += 16)
      repel_lanes<D>(at, y.data + j, y.stride, nullptr, sum, z);
    for (int c = 0; c < D; ++c) store(sums[c] + half, sum[c]);
    store(sums[D] + half, z);
  }
  for (int c = 0; c < D; ++c) force[c * y.stride + i] = sum16(sums[c]);
  return sum16(sums[D]);
}

double repel(const Points& y, std::int64_t first, std::int64_t last, float* force) {
  double z = 0;
  for (std::int64_t i = first; i < last; ++i) {
    if (y.dims == 1) z += repel_row<1>(y, i, force);
    if (y.dims == 2) z += repel_row<2>(y, i, force);
    if (y.dims == 3) z += repel_row<3>(y, i, force);
  }
  return z;
}

bool bounds(const float* values, std::int64_t n, float* least, float* most) {
  float low = values[0], high = values[0], zero = 0;
  std::int64_t i = 0;
  if (n >= kLanes) {
    V lows = load(values), highs = lows, zeros = all(0);
    for (; i + kLanes <= n; i += kLanes) {
      V x = load(values + i);
      lows = min(lows, x);
      highs = max(highs, x);
      zeros = fma(x, all(0), zeros);
    }
    float l[kLanes], h[kLanes], z[kLanes];
    store(l, lows);
    store(h, highs);
    store(z, zeros);
    for (int k = 0; k < kLanes; ++k) {
      low = l[k] < low ? l[k] : low;
      high = h[k] > high ? h[k] : high;
      zero += z[k];
    }
  }
  for (; i < n; ++i) {
    low = values[i] < low ? values[i] : low;
    high = values[i] > high ? values[i] : high;
    zero += values[i] * 0;
  }
  *least = low;
  *most = high;
  return zero == 0;
}

void step(float* y, float* velocity, float* gain, float* gradient, std::size_t n, float momentum,
          float rate) {
  const V zero = all(0), up = all(0.2f), down = all(0.8f), least = all(0.01f);
  for (std::size_t i = 0; i < n; i += kLanes) {
    V v = load(velocity + i), g = load(gradient + i), k = load(gain + i);
    k = max(select_less(v * g, zero, k + up, k * down), least);
    g = g * k;
    v = all(momentum) * v - all(rate) * g;
    store(gain + i, k);
    store(gradient + i, g);
    store(velocity + i, v);
    store(y + i, load(y + i) + v);
  }
}

void interleave(const float* x, const float* y, std::size_t n, float* pairs) {
  for (std::size_t i = 0; i < n; i += 8) {
    const __m256 a = _mm256_loadu_ps(x + i), b = _mm256_loadu_ps(y + i);
    const __m256 low = _mm256_unpacklo_ps(a, b), high = _mm256_unpackhi_ps(a, b);
    _mm256_storeu_ps(pairs + 2 * i, _mm256_permute2f128_ps(low, high, 0x20));
    _mm256_storeu_ps(pairs + 2 * i + 8, _mm256_permute2f128_ps(low, high, 0x31));
  }
}

void combine(const float* attraction, const float* repulsion, float a, float r, std::size_t n,
             float* out) {
  for (std::size_t i = 0; i < n; i += kLanes)
    store(out + i, all(a) * load(attraction + i) - all(r) * load(repulsion + i));
}

}  // namespace
}  // namespace pipeline::tsne
