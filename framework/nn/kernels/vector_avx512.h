#pragma once
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

// Sixteen floats as one AVX-512 register. Every operation gives the bits that vector_avx2.h gives.

#define PIPELINE_INLINE __attribute__((always_inline)) static inline

namespace pipeline::nn::kernels {
namespace {

struct V {
  __m512 v;
};
struct M {
  __mmask16 m;
};
struct I {
  __m512i v;
};

PIPELINE_INLINE V load(const float* p) { return {_mm512_loadu_ps(p)}; }
PIPELINE_INLINE void store(float* p, V v) { _mm512_storeu_ps(p, v.v); }
PIPELINE_INLINE V all(float f) { return {_mm512_set1_ps(f)}; }
PIPELINE_INLINE V operator+(V x, V y) { return {_mm512_add_ps(x.v, y.v)}; }
PIPELINE_INLINE V operator-(V x, V y) { return {_mm512_sub_ps(x.v, y.v)}; }
PIPELINE_INLINE V operator*(V x, V y) { return {_mm512_mul_ps(x.v, y.v)}; }
PIPELINE_INLINE V operator/(V x, V y) { return {_mm512_div_ps(x.v, y.v)}; }
/// x·y + z, rounded once.
PIPELINE_INLINE V fma(V x, V y, V z) { return {_mm512_fmadd_ps(x.v, y.v, z.v)}; }
/// z - x·y, rounded once.
PIPELINE_INLINE V fnma(V x, V y, V z) { return {_mm512_fnmadd_ps(x.v, y.v, z.v)}; }
PIPELINE_INLINE V sqrt(V x) { return {_mm512_sqrt_ps(x.v)}; }
/// x > y ? x : y; so y where one is not a number.
PIPELINE_INLINE V max(V x, V y) { return {_mm512_max_ps(x.v, y.v)}; }
PIPELINE_INLINE V min(V x, V y) { return {_mm512_min_ps(x.v, y.v)}; }
PIPELINE_INLINE V round(V x) {
  return {_mm512_roundscale_ps(x.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}

PIPELINE_INLINE M operator>(V x, V y) { return {_mm512_cmp_ps_mask(x.v, y.v, _CMP_GT_OQ)}; }
PIPELINE_INLINE M operator<=(V x, V y) { return {_mm512_cmp_ps_mask(x.v, y.v, _CMP_LE_OQ)}; }
PIPELINE_INLINE M operator==(V x, V y) { return {_mm512_cmp_ps_mask(x.v, y.v, _CMP_EQ_OQ)}; }
/// x or y is not a number.
PIPELINE_INLINE M any_nan(V x, V y) { return {_mm512_cmp_ps_mask(x.v, y.v, _CMP_UNORD_Q)}; }
PIPELINE_INLINE M no_lane() { return {0}; }
PIPELINE_INLINE M either(M x, M y) { return {__mmask16(x.m | y.m)}; }
/// A bit a lane, and back.
PIPELINE_INLINE std::uint16_t lanes(M m) { return std::uint16_t(m.m); }
PIPELINE_INLINE M of_lanes(std::uint16_t bits) { return {__mmask16(bits)}; }
/// x without y
PIPELINE_INLINE M without(M x, M y) { return {__mmask16(x.m & ~y.m)}; }
/// m ? x : y
PIPELINE_INLINE V select(M m, V x, V y) { return {_mm512_mask_blend_ps(m.m, y.v, x.v)}; }
/// m ? x : 0
PIPELINE_INLINE V keep(M m, V x) { return {_mm512_maskz_mov_ps(m.m, x.v)}; }

PIPELINE_INLINE I all_int(std::uint32_t i) { return {_mm512_set1_epi32(int(i))}; }
PIPELINE_INLINE I load_int(const std::uint32_t* p) { return {_mm512_loadu_si512(p)}; }
PIPELINE_INLINE I operator+(I x, I y) { return {_mm512_add_epi32(x.v, y.v)}; }
PIPELINE_INLINE I operator-(I x, I y) { return {_mm512_sub_epi32(x.v, y.v)}; }
PIPELINE_INLINE I operator&(I x, I y) { return {_mm512_and_si512(x.v, y.v)}; }
PIPELINE_INLINE I operator|(I x, I y) { return {_mm512_or_si512(x.v, y.v)}; }
PIPELINE_INLINE I operator^(I x, I y) { return {_mm512_xor_si512(x.v, y.v)}; }
template <int N>
PIPELINE_INLINE I shift_left(I x) {
  return {_mm512_slli_epi32(x.v, N)};
}
template <int N>
PIPELINE_INLINE I shift_right(I x) {  // zeros come in
  return {_mm512_srli_epi32(x.v, N)};
}
template <int N>
PIPELINE_INLINE I shift_right_signed(I x) {  // the sign comes in
  return {_mm512_srai_epi32(x.v, N)};
}
PIPELINE_INLINE M is_equal(I x, I y) { return {_mm512_cmpeq_epi32_mask(x.v, y.v)}; }
/// Low and high words of the 64-bit products of unsigned words; all lanes of y are equal.
PIPELINE_INLINE I mul_low(I x, I y) { return {_mm512_mullo_epi32(x.v, y.v)}; }
PIPELINE_INLINE I mul_high(I x, I y) {
  __m512i even = _mm512_mul_epu32(x.v, y.v);
  __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64(x.v, 32), y.v);
  return {_mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64(even, 32), odd)};
}

PIPELINE_INLINE I to_int(V x) { return {_mm512_cvtps_epi32(x.v)}; }
PIPELINE_INLINE V to_float(I x) { return {_mm512_cvtepi32_ps(x.v)}; }
PIPELINE_INLINE I bits(V x) { return {_mm512_castps_si512(x.v)}; }
PIPELINE_INLINE V from_bits(I x) { return {_mm512_castsi512_ps(x.v)}; }

/// Lanes 0 and 8, 1 and 9, … first, then halves again.
PIPELINE_INLINE float sum(V v) {
  __m256 s = _mm256_add_ps(_mm512_castps512_ps256(v.v), _mm512_extractf32x8_ps(v.v, 1));
  __m128 q = _mm_add_ps(_mm256_castps256_ps128(s), _mm256_extractf128_ps(s, 1));
  q = _mm_add_ps(q, _mm_movehl_ps(q, q));
  return _mm_cvtss_f32(_mm_add_ss(q, _mm_movehdup_ps(q)));
}
/// Lane i of r[j] becomes lane j of r[i].
PIPELINE_INLINE void transpose(V (&r)[16]) {
  __m512 t[16], u[16];
#pragma GCC unroll 8
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_ps(r[i].v, r[i + 1].v);
    t[i + 1] = _mm512_unpackhi_ps(r[i].v, r[i + 1].v);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 16; i += 4) {  // quarter q of u[i + j]: values 4q + j of rows i … i + 3
    const __m512d a = _mm512_castps_pd(t[i]), b = _mm512_castps_pd(t[i + 1]);
    const __m512d c = _mm512_castps_pd(t[i + 2]), d = _mm512_castps_pd(t[i + 3]);
    u[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, c));
    u[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, c));
    u[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(b, d));
    u[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(b, d));
  }
#pragma GCC unroll 4
  for (int j = 0; j < 4; ++j) {
    const __m512 even_low = _mm512_shuffle_f32x4(u[j], u[4 + j], 0x88);
    const __m512 odd_low = _mm512_shuffle_f32x4(u[j], u[4 + j], 0xdd);
    const __m512 even_high = _mm512_shuffle_f32x4(u[8 + j], u[12 + j], 0x88);
    const __m512 odd_high = _mm512_shuffle_f32x4(u[8 + j], u[12 + j], 0xdd);
    r[j].v = _mm512_shuffle_f32x4(even_low, even_high, 0x88);
    r[4 + j].v = _mm512_shuffle_f32x4(odd_low, odd_high, 0x88);
    r[8 + j].v = _mm512_shuffle_f32x4(even_low, even_high, 0xdd);
    r[12 + j].v = _mm512_shuffle_f32x4(odd_low, odd_high, 0xdd);
  }
}
/// sums[lane] += v[lane]
PIPELINE_INLINE void add_to_doubles(double* sums, V v) {
  __m512d low = _mm512_cvtps_pd(_mm512_castps512_ps256(v.v));
  __m512d high = _mm512_cvtps_pd(_mm512_extractf32x8_ps(v.v, 1));
  _mm512_storeu_pd(sums, _mm512_add_pd(_mm512_loadu_pd(sums), low));
  _mm512_storeu_pd(sums + 8, _mm512_add_pd(_mm512_loadu_pd(sums + 8), high));
}

}  // namespace
}  // namespace pipeline::nn::kernels
