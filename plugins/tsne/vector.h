#pragma once
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

// A native vector of floats: 16 lanes with AVX-512, 8 with AVX2. Kernels work on groups of 16
// floats, as one vector or two, lane by lane; sums over lanes go through sum16(), in one order. So
// both builds give the same bits.

#define TSNE_INLINE __attribute__((always_inline)) static inline

namespace pipeline::tsne {
namespace {

/// Pairs index[0] and index[1].
TSNE_INLINE __m128 load_two_pairs(const float* pairs, const std::int32_t* index) {
  const __m128d first = _mm_load_sd((const double*)(pairs + 2 * std::int64_t(index[0])));
  return _mm_castpd_ps(_mm_loadh_pd(first, (const double*)(pairs + 2 * std::int64_t(index[1]))));
}

#ifdef __AVX512F__
constexpr int kLanes = 16;
struct V {
  __m512 v;
};
TSNE_INLINE V load(const float* p) { return {_mm512_loadu_ps(p)}; }
TSNE_INLINE void store(float* p, V x) { _mm512_storeu_ps(p, x.v); }
TSNE_INLINE V all(float f) { return {_mm512_set1_ps(f)}; }
TSNE_INLINE V operator+(V x, V y) { return {_mm512_add_ps(x.v, y.v)}; }
TSNE_INLINE V operator-(V x, V y) { return {_mm512_sub_ps(x.v, y.v)}; }
TSNE_INLINE V operator*(V x, V y) { return {_mm512_mul_ps(x.v, y.v)}; }
TSNE_INLINE V operator/(V x, V y) { return {_mm512_div_ps(x.v, y.v)}; }
/// x·y + z, rounded once.
TSNE_INLINE V fma(V x, V y, V z) { return {_mm512_fmadd_ps(x.v, y.v, z.v)}; }
/// x·y - z, rounded once.
TSNE_INLINE V fms(V x, V y, V z) { return {_mm512_fmsub_ps(x.v, y.v, z.v)}; }
/// z - x·y, rounded once.
TSNE_INLINE V fnma(V x, V y, V z) { return {_mm512_fnmadd_ps(x.v, y.v, z.v)}; }
TSNE_INLINE V sqrt(V x) { return {_mm512_sqrt_ps(x.v)}; }
TSNE_INLINE V min(V x, V y) { return {_mm512_min_ps(x.v, y.v)}; }
TSNE_INLINE V max(V x, V y) { return {_mm512_max_ps(x.v, y.v)}; }
/// x < y ? a : b
TSNE_INLINE V select_less(V x, V y, V a, V b) {
  return {_mm512_mask_blend_ps(_mm512_cmp_ps_mask(x.v, y.v, _CMP_LT_OQ), b.v, a.v)};
}
/// One bit a lane: x <= y.
TSNE_INLINE unsigned less_equal(V x, V y) { return _mm512_cmp_ps_mask(x.v, y.v, _CMP_LE_OQ); }
TSNE_INLINE V gather(const float* p, const std::int32_t* index) {
  return {_mm512_i32gather_ps(_mm512_loadu_si512(index), p, 4)};
}
/// x and y of kLanes points of two neighbouring floats each. Loads of 64 bits take 0.4 of the time
/// of two gathers.
TSNE_INLINE void gather_pairs(const float* pairs, const std::int32_t* index, V& x, V& y) {
  __m128 a[8];
  for (int k = 0; k < 8; ++k) a[k] = load_two_pairs(pairs, index + 2 * k);
  __m512 even = _mm512_castps128_ps512(a[0]), odd = _mm512_castps128_ps512(a[1]);
  even = _mm512_insertf32x4(even, a[2], 1), odd = _mm512_insertf32x4(odd, a[3], 1);
  even = _mm512_insertf32x4(even, a[4], 2), odd = _mm512_insertf32x4(odd, a[5], 2);
  even = _mm512_insertf32x4(even, a[6], 3), odd = _mm512_insertf32x4(odd, a[7], 3);
  x = {_mm512_shuffle_ps(even, odd, 0x88)};
  y = {_mm512_shuffle_ps(even, odd, 0xdd)};
}
/// The exponent of x, and x without it, in [1, 2), for x >= 1.
TSNE_INLINE V exponent(V x) {
  __m512i bits = _mm512_srli_epi32(_mm512_castps_si512(x.v), 23);
  return {_mm512_cvtepi32_ps(_mm512_sub_epi32(bits, _mm512_set1_epi32(127)))};
}
TSNE_INLINE V mantissa(V x) {
  __m512i bits = _mm512_and_si512(_mm512_castps_si512(x.v), _mm512_set1_epi32(0x007fffff));
  return {_mm512_castsi512_ps(_mm512_or_si512(bits, _mm512_set1_epi32(0x3f800000)))};
}
/// x times 2 to the integer in the lowest bits of `power`.
TSNE_INLINE V scale_by_power(V x, V power) {
  __m512i shift = _mm512_slli_epi32(_mm512_castps_si512(power.v), 23);
  return {_mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(x.v), shift))};
}
#else
constexpr int kLanes = 8;
struct V {
  __m256 v;
};
TSNE_INLINE V load(const float* p) { return {_mm256_loadu_ps(p)}; }
TSNE_INLINE void store(float* p, V x) { _mm256_storeu_ps(p, x.v); }
TSNE_INLINE V all(float f) { return {_mm256_set1_ps(f)}; }
TSNE_INLINE V operator+(V x, V y) { return {_mm256_add_ps(x.v, y.v)}; }
TSNE_INLINE V operator-(V x, V y) { return {_mm256_sub_ps(x.v, y.v)}; }
TSNE_INLINE V operator*(V x, V y) { return {_mm256_mul_ps(x.v, y.v)}; }
TSNE_INLINE V operator/(V x, V y) { return {_mm256_div_ps(x.v, y.v)}; }
TSNE_INLINE V fma(V x, V y, V z) { return {_mm256_fmadd_ps(x.v, y.v, z.v)}; }
TSNE_INLINE V fms(V x, V y, V z) { return {_mm256_fmsub_ps(x.v, y.v, z.v)}; }
TSNE_INLINE V fnma(V x, V y, V z) { return {_mm256_fnmadd_ps(x.v, y.v, z.v)}; }
TSNE_INLINE V sqrt(V x) { return {_mm256_sqrt_ps(x.v)}; }
TSNE_INLINE V min(V x, V y) { return {_mm256_min_ps(x.v, y.v)}; }
TSNE_INLINE V max(V x, V y) { return {_mm256_max_ps(x.v, y.v)}; }
TSNE_INLINE V select_less(V x, V y, V a, V b) {
  return {_mm256_blendv_ps(b.v, a.v, _mm256_cmp_ps(x.v, y.v, _CMP_LT_OQ))};
}
TSNE_INLINE unsigned less_equal(V x, V y) {
  return unsigned(_mm256_movemask_ps(_mm256_cmp_ps(x.v, y.v, _CMP_LE_OQ)));
}
TSNE_INLINE V gather(const float* p, const std::int32_t* index) {
  return {_mm256_i32gather_ps(p, _mm256_loadu_si256((const __m256i*)index), 4)};
}
TSNE_INLINE void gather_pairs(const float* pairs, const std::int32_t* index, V& x, V& y) {
  __m128 a[4];
  for (int k = 0; k < 4; ++k) a[k] = load_two_pairs(pairs, index + 2 * k);
  __m256 even = _mm256_insertf128_ps(_mm256_castps128_ps256(a[0]), a[2], 1);
  __m256 odd = _mm256_insertf128_ps(_mm256_castps128_ps256(a[1]), a[3], 1);
  x = {_mm256_shuffle_ps(even, odd, 0x88)};
  y = {_mm256_shuffle_ps(even, odd, 0xdd)};
}
TSNE_INLINE V exponent(V x) {
  __m256i bits = _mm256_srli_epi32(_mm256_castps_si256(x.v), 23);
  return {_mm256_cvtepi32_ps(_mm256_sub_epi32(bits, _mm256_set1_epi32(127)))};
}
TSNE_INLINE V mantissa(V x) {
  __m256i bits = _mm256_and_si256(_mm256_castps_si256(x.v), _mm256_set1_epi32(0x007fffff));
  return {_mm256_castsi256_ps(_mm256_or_si256(bits, _mm256_set1_epi32(0x3f800000)))};
}
TSNE_INLINE V scale_by_power(V x, V power) {
  __m256i shift = _mm256_slli_epi32(_mm256_castps_si256(power.v), 23);
  return {_mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(x.v), shift))};
}
#endif

/// Lanes 0 and 8, 1 and 9, … first, then halves again.
TSNE_INLINE float sum16(const float* lanes) {
  __m256 s = _mm256_add_ps(_mm256_loadu_ps(lanes), _mm256_loadu_ps(lanes + 8));
  __m128 q = _mm_add_ps(_mm256_castps256_ps128(s), _mm256_extractf128_ps(s, 1));
  q = _mm_add_ps(q, _mm_movehl_ps(q, q));
  return _mm_cvtss_f32(_mm_add_ss(q, _mm_movehdup_ps(q)));
}

/// Natural logarithm of x >= 1; error below 1e-7 of max(1, log x). (atanh series of
/// (m-1)/(m+1), m in [sqrt(1/2), sqrt(2)).)
TSNE_INLINE V log(V x) {
  V e = exponent(x), m = mantissa(x);
  V one = all(1), root = all(1.41421356f);
  e = select_less(root, m, e + one, e);
  m = select_less(root, m, m * all(0.5f), m);
  V s = (m - one) / (m + one), t = s * s;
  V p = fma(t, all(2.f / 11), all(2.f / 9));
  p = fma(t, p, all(2.f / 7));
  p = fma(t, p, all(2.f / 5));
  p = fma(t, p, all(2.f / 3));
  V low = fma(e, all(-2.12194440e-4f), s * (t * p));
  return fma(e, all(0.693359375f), fma(all(2), s, low));
}

/// e^x of x <= 0, to 2 units in the last place; 0 below -87. (x = k·ln 2 + r, and Cephes'
/// polynomial of r.)
TSNE_INLINE V exp(V x) {
  const V round = all(12582912.f);  // 1.5·2^23: sums end in the integer that is wanted
  V k = fma(x, all(1.44269504f), round), n = k - round;
  V r = fnma(n, all(-2.12194440e-4f), fnma(n, all(0.693359375f), x));
  V p = fma(r, all(1.9875691500e-4f), all(1.3981999507e-3f));
  p = fma(r, p, all(8.3334519073e-3f));
  p = fma(r, p, all(4.1665795894e-2f));
  p = fma(r, p, all(1.6666665459e-1f));
  p = fma(r, p, all(5.0000001201e-1f));
  p = fma(r * r, p, r) + all(1);
  return select_less(x, all(-87), all(0), scale_by_power(p, k));
}

}  // namespace
}  // namespace pipeline::tsne
