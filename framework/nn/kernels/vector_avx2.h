#pragma once
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

// Sixteen floats as a pair of AVX2 registers. Every operation gives the bits that vector_avx512.h
// gives.

#define PIPELINE_INLINE __attribute__((always_inline)) static inline

namespace pipeline::nn::kernels {
namespace {

struct V {
  __m256 a, b;
};
struct M {  // a mask: all ones or zeros a lane
  __m256 a, b;
};
struct I {
  __m256i a, b;
};

PIPELINE_INLINE V load(const float* p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
PIPELINE_INLINE void store(float* p, V v) {
  _mm256_storeu_ps(p, v.a);
  _mm256_storeu_ps(p + 8, v.b);
}
PIPELINE_INLINE V all(float f) { return {_mm256_set1_ps(f), _mm256_set1_ps(f)}; }
PIPELINE_INLINE V operator+(V x, V y) { return {_mm256_add_ps(x.a, y.a), _mm256_add_ps(x.b, y.b)}; }
PIPELINE_INLINE V operator-(V x, V y) { return {_mm256_sub_ps(x.a, y.a), _mm256_sub_ps(x.b, y.b)}; }
PIPELINE_INLINE V operator*(V x, V y) { return {_mm256_mul_ps(x.a, y.a), _mm256_mul_ps(x.b, y.b)}; }
PIPELINE_INLINE V operator/(V x, V y) { return {_mm256_div_ps(x.a, y.a), _mm256_div_ps(x.b, y.b)}; }
/// x·y + z, rounded once.
PIPELINE_INLINE V fma(V x, V y, V z) {
  return {_mm256_fmadd_ps(x.a, y.a, z.a), _mm256_fmadd_ps(x.b, y.b, z.b)};
}
/// z - x·y, rounded once.
PIPELINE_INLINE V fnma(V x, V y, V z) {
  return {_mm256_fnmadd_ps(x.a, y.a, z.a), _mm256_fnmadd_ps(x.b, y.b, z.b)};
}
PIPELINE_INLINE V sqrt(V x) { return {_mm256_sqrt_ps(x.a), _mm256_sqrt_ps(x.b)}; }
/// x > y ? x : y; so y where one is not a number.
PIPELINE_INLINE V max(V x, V y) { return {_mm256_max_ps(x.a, y.a), _mm256_max_ps(x.b, y.b)}; }
PIPELINE_INLINE V min(V x, V y) { return {_mm256_min_ps(x.a, y.a), _mm256_min_ps(x.b, y.b)}; }
PIPELINE_INLINE V round(V x) {
  return {_mm256_round_ps(x.a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC),
          _mm256_round_ps(x.b, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}

PIPELINE_INLINE M operator>(V x, V y) {
  return {_mm256_cmp_ps(x.a, y.a, _CMP_GT_OQ), _mm256_cmp_ps(x.b, y.b, _CMP_GT_OQ)};
}
PIPELINE_INLINE M operator<=(V x, V y) {
  return {_mm256_cmp_ps(x.a, y.a, _CMP_LE_OQ), _mm256_cmp_ps(x.b, y.b, _CMP_LE_OQ)};
}
PIPELINE_INLINE M operator==(V x, V y) {
  return {_mm256_cmp_ps(x.a, y.a, _CMP_EQ_OQ), _mm256_cmp_ps(x.b, y.b, _CMP_EQ_OQ)};
}
PIPELINE_INLINE M no_lane() { return {_mm256_setzero_ps(), _mm256_setzero_ps()}; }
PIPELINE_INLINE M either(M x, M y) { return {_mm256_or_ps(x.a, y.a), _mm256_or_ps(x.b, y.b)}; }
/// x without y
PIPELINE_INLINE M without(M x, M y) {
  return {_mm256_andnot_ps(y.a, x.a), _mm256_andnot_ps(y.b, x.b)};
}
/// m ? x : y
PIPELINE_INLINE V select(M m, V x, V y) {
  return {_mm256_blendv_ps(y.a, x.a, m.a), _mm256_blendv_ps(y.b, x.b, m.b)};
}
/// m ? x : 0
PIPELINE_INLINE V keep(M m, V x) { return {_mm256_and_ps(m.a, x.a), _mm256_and_ps(m.b, x.b)}; }

PIPELINE_INLINE I all_int(std::uint32_t i) {
  return {_mm256_set1_epi32(int(i)), _mm256_set1_epi32(int(i))};
}
PIPELINE_INLINE I load_int(const std::uint32_t* p) {
  return {_mm256_loadu_si256((const __m256i*)p), _mm256_loadu_si256((const __m256i*)(p + 8))};
}
PIPELINE_INLINE I operator+(I x, I y) {
  return {_mm256_add_epi32(x.a, y.a), _mm256_add_epi32(x.b, y.b)};
}
PIPELINE_INLINE I operator-(I x, I y) {
  return {_mm256_sub_epi32(x.a, y.a), _mm256_sub_epi32(x.b, y.b)};
}
PIPELINE_INLINE I operator&(I x, I y) {
  return {_mm256_and_si256(x.a, y.a), _mm256_and_si256(x.b, y.b)};
}
PIPELINE_INLINE I operator|(I x, I y) {
  return {_mm256_or_si256(x.a, y.a), _mm256_or_si256(x.b, y.b)};
}
PIPELINE_INLINE I operator^(I x, I y) {
  return {_mm256_xor_si256(x.a, y.a), _mm256_xor_si256(x.b, y.b)};
}
template <int N>
PIPELINE_INLINE I shift_left(I x) {
  return {_mm256_slli_epi32(x.a, N), _mm256_slli_epi32(x.b, N)};
}
template <int N>
PIPELINE_INLINE I shift_right(I x) {  // zeros come in
  return {_mm256_srli_epi32(x.a, N), _mm256_srli_epi32(x.b, N)};
}
template <int N>
PIPELINE_INLINE I halve(I x) {  // the sign comes in
  return {_mm256_srai_epi32(x.a, N), _mm256_srai_epi32(x.b, N)};
}
PIPELINE_INLINE M is_equal(I x, I y) {
  return {_mm256_castsi256_ps(_mm256_cmpeq_epi32(x.a, y.a)),
          _mm256_castsi256_ps(_mm256_cmpeq_epi32(x.b, y.b))};
}
PIPELINE_INLINE __m256i mul_high(__m256i x, __m256i y) {
  __m256i even = _mm256_mul_epu32(x, y);
  __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(x, 32), y);
  return _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa);
}
/// Low and high words of the 64-bit products of unsigned words; all lanes of y are equal.
PIPELINE_INLINE I mul_low(I x, I y) {
  return {_mm256_mullo_epi32(x.a, y.a), _mm256_mullo_epi32(x.b, y.b)};
}
PIPELINE_INLINE I mul_high(I x, I y) { return {mul_high(x.a, y.a), mul_high(x.b, y.b)}; }

PIPELINE_INLINE I to_int(V x) { return {_mm256_cvtps_epi32(x.a), _mm256_cvtps_epi32(x.b)}; }
PIPELINE_INLINE V to_float(I x) { return {_mm256_cvtepi32_ps(x.a), _mm256_cvtepi32_ps(x.b)}; }
PIPELINE_INLINE I bits(V x) { return {_mm256_castps_si256(x.a), _mm256_castps_si256(x.b)}; }
PIPELINE_INLINE V from_bits(I x) { return {_mm256_castsi256_ps(x.a), _mm256_castsi256_ps(x.b)}; }

/// Lanes 0 and 8, 1 and 9, … first, then halves again.
PIPELINE_INLINE float sum(V v) {
  __m256 s = _mm256_add_ps(v.a, v.b);
  __m128 q = _mm_add_ps(_mm256_castps256_ps128(s), _mm256_extractf128_ps(s, 1));
  q = _mm_add_ps(q, _mm_movehl_ps(q, q));
  return _mm_cvtss_f32(_mm_add_ss(q, _mm_movehdup_ps(q)));
}
/// sums[lane] += v[lane]
PIPELINE_INLINE void add_to_doubles(double* sums, V v) {
  const __m128 parts[4] = {_mm256_castps256_ps128(v.a), _mm256_extractf128_ps(v.a, 1),
                           _mm256_castps256_ps128(v.b), _mm256_extractf128_ps(v.b, 1)};
  for (int i = 0; i < 4; ++i)
    _mm256_storeu_pd(sums + 4 * i,
                     _mm256_add_pd(_mm256_loadu_pd(sums + 4 * i), _mm256_cvtps_pd(parts[i])));
}

}  // namespace
}  // namespace pipeline::nn::kernels
