#pragma once
#include "kernels.h"
#include "vector.h"

// Sixteen complex transforms at once, lane by lane (Stockham's autosort form), and with them the
// steps of a convolution on a grid; included by the two kernel builds alone.
//
// An element is {re[16], im[16]}. The inverse transform is the forward one with re and im swapped,
// which is what the template argument Re is for: the place of the real part, 0 or 16.

namespace pipeline::tsne {
namespace {

constexpr std::size_t kElement = 32;

struct C {
  V re, im;
};
TSNE_INLINE C operator+(C x, C y) { return {x.re + y.re, x.im + y.im}; }
TSNE_INLINE C operator-(C x, C y) { return {x.re - y.re, x.im - y.im}; }
TSNE_INLINE C times_minus_i(C x) { return {x.im, all(0) - x.re}; }
TSNE_INLINE C scaled(C x, float f) { return {x.re * all(f), x.im * all(f)}; }
/// x + f·y
TSNE_INLINE C add_scaled(C x, C y, float f) {
  return {fma(y.re, all(f), x.re), fma(y.im, all(f), x.im)};
}
TSNE_INLINE C rotated(C x, const float* cos_sin) {
  V c = all(cos_sin[0]), s = all(cos_sin[1]);
  return {fms(x.re, c, x.im * s), fma(x.re, s, x.im * c)};
}

/// Transforms of 2 to 5 values.
template <int R>
TSNE_INLINE void butterfly(C* a) {
  if constexpr (R == 2) {
    C t = a[0] - a[1];
    a[0] = a[0] + a[1];
    a[1] = t;
  } else if constexpr (R == 3) {
    C sum = a[1] + a[2], turn = times_minus_i(scaled(a[1] - a[2], 0.866025404f));
    C middle = add_scaled(a[0], sum, -0.5f);
    a[0] = a[0] + sum;
    a[1] = middle + turn;
    a[2] = middle - turn;
  } else if constexpr (R == 4) {
    C s02 = a[0] + a[2], d02 = a[0] - a[2], s13 = a[1] + a[3], t = times_minus_i(a[1] - a[3]);
    a[0] = s02 + s13;
    a[1] = d02 + t;
    a[2] = s02 - s13;
    a[3] = d02 - t;
  } else {
    C s14 = a[1] + a[4], d14 = a[1] - a[4], s23 = a[2] + a[3], d23 = a[2] - a[3];
    C m1 = add_scaled(add_scaled(a[0], s14, 0.309016994f), s23, -0.809016994f);
    C m2 = add_scaled(add_scaled(a[0], s14, -0.809016994f), s23, 0.309016994f);
    C t1 = times_minus_i(add_scaled(scaled(d14, 0.951056516f), d23, 0.587785252f));
    C t2 = times_minus_i(add_scaled(scaled(d14, 0.587785252f), d23, -0.951056516f));
    a[0] = a[0] + s14 + s23;
    a[1] = m1 + t1;
    a[2] = m2 + t2;
    a[3] = m2 - t2;
    a[4] = m1 - t1;
  }
}

/// One pass: `parts` groups of `run` elements become R-fold longer runs.
template <int R, int Re>
void fft_pass(const float* in, float* out, int parts, int run, const float* factors) {
  constexpr int Im = 16 - Re;
  const std::size_t apart = std::size_t(parts) * run * kElement;
  for (int p = 0; p < parts; ++p) {
    const float* x = in + std::size_t(p) * run * kElement;
    float* y = out + std::size_t(p) * R * run * kElement;
    const float* w = p > 0 ? factors + std::size_t(p - 1) * 2 * (R - 1) : factors;
    for (int q = 0; q < run; ++q, x += kElement, y += kElement)
      for (int half = 0; half < 16; half += kLanes) {
        C a[R];
        for (int k = 0; k < R; ++k)
          a[k] = {load(x + k * apart + Re + half), load(x + k * apart + Im + half)};
        butterfly<R>(a);
        if (p > 0)
          for (int k = 1; k < R; ++k) a[k] = rotated(a[k], w + 2 * (k - 1));
        for (int k = 0; k < R; ++k) {
          store(y + std::size_t(k) * run * kElement + Re + half, a[k].re);
          store(y + std::size_t(k) * run * kElement + Im + half, a[k].im);
        }
      }
  }
}

/// Transforms `in`, which stays as it is unless it is one of the two buffers; gives the buffer that
/// holds the result.
template <int Re>
float* fft(const FftShape& shape, const float* in, float* buffer, float* other) {
  int run = 1, left = shape.n;
  const float* factors = shape.factors;
  for (int pass = 0; pass < shape.passes; ++pass) {
    const int radix = shape.radix[pass], parts = left / radix;
    if (radix == 2) fft_pass<2, Re>(in, buffer, parts, run, factors);
    if (radix == 3) fft_pass<3, Re>(in, buffer, parts, run, factors);
    if (radix == 4) fft_pass<4, Re>(in, buffer, parts, run, factors);
    if (radix == 5) fft_pass<5, Re>(in, buffer, parts, run, factors);
    factors += std::size_t(parts - 1) * 2 * (radix - 1);
    left = parts;
    run *= radix;
    in = buffer;
    float* filled = buffer;
    buffer = other;
    other = filled;
  }
  return other;
}
constexpr int kForward = 0, kInverse = 16;

/// The transpose of 8×8 floats.
TSNE_INLINE void transpose8(const float* in, std::size_t in_row, float* out, std::size_t out_row) {
  __m256 r[8], s[8];
  for (int i = 0; i < 8; ++i) r[i] = _mm256_loadu_ps(in + i * in_row);
  for (int i = 0; i < 8; i += 2) {
    s[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
    s[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
  }
  for (int i = 0; i < 8; i += 4) {
    r[i] = _mm256_shuffle_ps(s[i], s[i + 2], 0x44);
    r[i + 1] = _mm256_shuffle_ps(s[i], s[i + 2], 0xee);
    r[i + 2] = _mm256_shuffle_ps(s[i + 1], s[i + 3], 0x44);
    r[i + 3] = _mm256_shuffle_ps(s[i + 1], s[i + 3], 0xee);
  }
  for (int i = 0; i < 4; ++i) {
    _mm256_storeu_ps(out + i * out_row, _mm256_permute2f128_ps(r[i], r[i + 4], 0x20));
    _mm256_storeu_ps(out + (i + 4) * out_row, _mm256_permute2f128_ps(r[i], r[i + 4], 0x31));
  }
}

/// Sixteen elements of 16 lanes change places: lane l of element e becomes lane e of element l.
TSNE_INLINE void transpose_tile(const float* in, float* out) {
  for (std::size_t part = 0; part < 32; part += 16)
    for (std::size_t i = 0; i < 16; i += 8)
      for (std::size_t j = 0; j < 16; j += 8)
        transpose8(in + i * kElement + part + j, kElement, out + j * kElement + part + i, kElement);
}

/// Over the rows n real charges make n real values of the field, between distances of -n+1 to n-1.
/// As products of polynomials modulo x^n + i, what wraps around comes back times i or -i, so the
/// real part is free of it: n complex values do for 2n real ones, half of them zeros.
void columns_forward(const ConvolutionGrid& g, int strip, float* work) {
  const int n = g.over_rows.n, padded = (n + 15) / 16 * 16;
  float *a = work, *b = work + std::size_t(padded) * kElement,
        *c = b + std::size_t(padded) * kElement;
  const float* values = g.values + std::size_t(strip) * 16;
  for (int r = 0; r < n; ++r)
    for (int half = 0; half < 16; half += kLanes) {
      V x = load(values + r * g.stride + half);
      store(a + r * kElement + half, x * all(g.over_rows.quarter[2 * r]));
      store(a + r * kElement + 16 + half, x * all(g.over_rows.quarter[2 * r + 1]));
    }
  float* result = fft<kForward>(g.over_rows, a, b, c);
  for (int r = n; r < padded; ++r)
    for (std::size_t i = 0; i < kElement; ++i) result[r * kElement + i] = 0;
  for (int r = 0; r < padded; r += 16)
    transpose_tile(result + r * kElement,
                   g.spectrum + r / 16 * g.block + std::size_t(strip) * 16 * kElement);
}

void columns_inverse(const ConvolutionGrid& g, int strip, float* work) {
  const int n = g.over_rows.n, padded = (n + 15) / 16 * 16;
  float *a = work, *b = work + std::size_t(padded) * kElement,
        *c = b + std::size_t(padded) * kElement;
  for (int r = 0; r < padded; r += 16)
    transpose_tile(g.spectrum + r / 16 * g.block + std::size_t(strip) * 16 * kElement,
                   a + r * kElement);
  const float* result = fft<kInverse>(g.over_rows, a, b, c);
  float* values = g.values + std::size_t(strip) * 16;
  for (int r = 0; r < n; ++r)
    for (int half = 0; half < 16; half += kLanes) {
      V re = load(result + r * kElement + half), im = load(result + r * kElement + 16 + half);
      V wrapped = im * all(g.over_rows.quarter[2 * r + 1]);
      store(values + r * g.stride + half, fma(re, all(g.over_rows.quarter[2 * r]), wrapped));
    }
}

TSNE_INLINE void multiply(float* elements, const float* factors, int n) {
  for (int k = 0; k < n; ++k)
    for (std::size_t i = 0; i < kElement; i += kLanes)
      store(elements + k * kElement + i,
            load(elements + k * kElement + i) * load(factors + k * 16 + i % 16));
}

/// out[k] = in[k] times e^(-i·pi·k/n), or e^(i·pi·k/n).
TSNE_INLINE void twist(const float* in, float* out, const FftShape& shape, float sign) {
  for (int k = 0; k < shape.n; ++k) {
    const float w[2] = {shape.half[2 * k], sign * shape.half[2 * k + 1]};
    for (int half = 0; half < 16; half += kLanes) {
      C x = rotated({load(in + k * kElement + half), load(in + k * kElement + 16 + half)}, w);
      store(out + k * kElement + half, x.re);
      store(out + k * kElement + 16 + half, x.im);
    }
  }
}

/// Over the columns the values are complex already: 2n values, half of them zeros, as the even
/// frequencies (modulo x^n - 1) and the odd ones (modulo x^n + 1).
void rows_convolve(const ConvolutionGrid& g, int block, float* work) {
  const FftShape& shape = g.over_columns;
  const std::size_t length = std::size_t(shape.n) * kElement;
  float *a = work, *b = a + length, *c = b + length;
  float* values = g.spectrum + block * g.block;
  const float* factors = g.multiplier + std::size_t(block) * g.block;
  twist(values, a, shape, 1);
  float* odd = fft<kForward>(shape, a, b, c);
  multiply(odd, factors + std::size_t(shape.n) * 16, shape.n);
  float* spare = odd == b ? c : b;
  odd = fft<kInverse>(shape, odd, a, spare == b ? c : b);
  // What is not `odd` is free again.
  float* free[2];
  int n = 0;
  for (float* buffer : {a, b, c})
    if (buffer != odd) free[n++] = buffer;
  float* even = fft<kForward>(shape, values, free[0], free[1]);
  multiply(even, factors, shape.n);
  float* last = even == free[0] ? free[1] : free[0];
  even = fft<kInverse>(shape, even, last, even);
  twist(odd, odd, shape, -1);
  for (std::size_t i = 0; i < length; i += kLanes)
    store(values + i, load(even + i) + load(odd + i));
}

void rows_multiplier(const ConvolutionGrid& g, int block, float scale, float* work,
                     float* multiplier) {
  const FftShape& shape = g.over_columns;
  const std::size_t length = std::size_t(shape.n) * kElement;
  float *a = work, *b = a + length, *c = b + length;
  const float* spectrum = g.spectrum + block * g.block;
  for (int odd = 0; odd < 2; ++odd) {
    for (int k = 0; k < shape.n; ++k)
      for (int i = 0; i < 16; ++i) {
        a[k * kElement + i] = (k == 0 ? 1.f : 2.f) * spectrum[k * kElement + i];
        a[k * kElement + 16 + i] = 0;
      }
    if (odd) twist(a, a, shape, 1);
    const float* result = fft<kForward>(shape, a, b, c);
    for (int k = 0; k < shape.n; ++k)
      for (int i = 0; i < 16; ++i)
        multiplier[(std::size_t(odd) * shape.n + k) * 16 + i] = scale * result[k * kElement + i];
  }
}

}  // namespace
}  // namespace pipeline::tsne
