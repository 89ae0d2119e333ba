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
/// x or y is not a number.
PIPELINE_INLINE M any_nan(V x, V y) {
  return {_mm256_cmp_ps(x.a, y.a, _CMP_UNORD_Q), _mm256_cmp_ps(x.b, y.b, _CMP_UNORD_Q)};
}
PIPELINE_INLINE M no_lane() { return {_mm256_setzero_ps(), _mm256_setzero_ps()}; }
PIPELINE_INLINE M either(M x, M y) { return {_mm256_or_ps(x.a, y.a), _mm256_or_ps(x.b, y.b)}; }
/// A bit a lane, and back.
PIPELINE_INLINE std::uint16_t lanes(M m) {
  return std::uint16_t(_mm256_movemask_ps(m.a) | _mm256_movemask_ps(m.b) << 8);
}
PIPELINE_INLINE M of_lanes(std::uint16_t bits) {
  const __m256i low = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
  const __m256i high = _mm256_slli_epi32(low, 8), word = _mm256_set1_epi32(bits);
  return {_mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_and_si256(word, low), low)),
          _mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_and_si256(word, high), high))};
}
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
PIPELINE_INLINE I shift_right_signed(I x) {  // the sign comes in
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
/// Lane i of r[j] becomes lane j of r[i], 8×8.
PIPELINE_INLINE void transpose8(__m256 (&r)[8]) {
  __m256 t[8], u[8];
  for (int i = 0; i < 8; i += 2) {
    t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
    t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
  }
  for (int i = 0; i < 8; i += 4) {  // half h of u[i + j]: values 4h + j of rows i … i + 3
    u[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
    u[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
    u[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
    u[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
  }
  for (int j = 0; j < 4; ++j) {
    r[j] = _mm256_permute2f128_ps(u[j], u[4 + j], 0x20);
    r[4 + j] = _mm256_permute2f128_ps(u[j], u[4 + j], 0x31);
  }
}
/// The same, 16×16: four quarters of 8×8, two of which change places.
PIPELINE_INLINE void transpose(V (&r)[16]) {
  __m256 top_left[8], top_right[8], low_left[8], low_right[8];
  for (int i = 0; i < 8; ++i) {
    top_left[i] = r[i].a, top_right[i] = r[i].b;
    low_left[i] = r[8 + i].a, low_right[i] = r[8 + i].b;
  }
  transpose8(top_left), transpose8(top_right), transpose8(low_left), transpose8(low_right);
  for (int i = 0; i < 8; ++i) {
    r[i] = {top_left[i], low_left[i]};
    r[8 + i] = {top_right[i], low_right[i]};
  }
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
