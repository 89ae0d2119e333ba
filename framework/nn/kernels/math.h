#pragma once
// Elementary functions on vectors of 16 floats, the same bits on every instruction set. Included by
// avx2.cpp and avx512.cpp behind their vector header. Errors in units of the last place (ulp of
// the exact result) were measured over all floats in range, against the C library's doubles.

namespace pipeline::nn::kernels {
namespace {

/// A polynomial by Horner's rule, highest coefficient first.
template <class... C>
PIPELINE_INLINE V polynomial(V x, float highest, C... rest) {
  V p = all(highest);
  ((p = fma(p, x, all(rest))), ...);
  return p;
}

/// e^x: 2^n · p(x - n·ln 2); the polynomial is Cephes' expf. 0 below -103.98, infinity above 88.73.
/// To 1.01 ulp, subnormal results to 0.75.
PIPELINE_INLINE V exp(V x) {
  x = min(all(89.0f), max(all(-104.0f), x));  // in this order a NaN stays
  V n = round(x * all(1.44269504088896341f));
  V r = fnma(n, all(0.693359375f), x);
  r = fnma(n, all(-2.12194440e-4f), r);
  V p = polynomial(r, 1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f,
                   1.6666665459e-1f, 5.0000001201e-1f);
  p = fma(p, r * r, r) + all(1.0f);
  // In two steps, since 2^128 and 2^-149 are no normal floats.
  I exponent = to_int(n);
  I half = shift_right_signed<1>(exponent);
  I one = all_int(127);
  V low = from_bits(shift_left<23>(half + one));
  V high = from_bits(shift_left<23>(exponent - half + one));
  return p * low * high;
}

/// Natural logarithm of a normal positive float (infinity and NaN come back); Cephes' logf. To
/// 0.83 ulp.
PIPELINE_INLINE V log(V x) {
  I raw = bits(x);
  // Mantissa in [sqrt(1/2), sqrt(2)): 0x3f3504f3 is sqrt(1/2).
  I shifted = raw - all_int(0x3f3504f3u);
  V e = to_float(shift_right_signed<23>(shifted));
  V m = from_bits((shifted & all_int(0x007fffffu)) + all_int(0x3f3504f3u));
  V f = m - all(1.0f);
  V z = f * f;
  V p = polynomial(f, 7.0376836292e-2f, -1.1514610310e-1f, 1.1676998740e-1f, -1.2420140846e-1f,
                   1.4249322787e-1f, -1.6668057665e-1f, 2.0000714765e-1f, -2.4999993993e-1f,
                   3.3333331174e-1f);
  V y = p * f * z;
  y = fma(e, all(-2.12194440e-4f), y);
  y = fnma(all(0.5f), z, y);
  V result = fma(e, all(0.693359375f), f + y);
  return select(x <= all(3.402823466e38f), result, x);
}

/// e^x - 1 for x up to 88: as exp(), without its last sum. To 1.2 ulp.
PIPELINE_INLINE V expm1(V x) {
  x = max(all(-30.0f), x);  // in this order a NaN stays
  V n = round(x * all(1.44269504088896341f));
  V r = fnma(n, all(0.693359375f), x);
  r = fnma(n, all(-2.12194440e-4f), r);
  V p = polynomial(r, 1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f,
                   1.6666665459e-1f, 5.0000001201e-1f);
  p = fma(p, r * r, r);
  V power = from_bits(shift_left<23>(to_int(n) + all_int(127)));
  return fma(p, power, power - all(1.0f));
}

/// ln(1 + x) for x from 0 to 1: what 1 + x loses in rounding is put back. To 1.3 ulp.
PIPELINE_INLINE V log1p(V x) {
  V sum = all(1.0f) + x;
  return log(sum) + (x - (sum - all(1.0f))) / sum;
}

PIPELINE_INLINE V absolute(V x) { return from_bits(bits(x) & all_int(0x7fffffffu)); }
PIPELINE_INLINE V negative(V x) { return from_bits(bits(x) ^ all_int(0x80000000u)); }

/// To 1.5 ulp for x above 0, to 2.5 below; 0 below -88.73, where it is less than 2.94e-39.
PIPELINE_INLINE V sigmoid(V x) { return all(1.0f) / (all(1.0f) + exp(negative(x))); }

/// Cephes' tanhf: a polynomial near 0, else 1 - 2 / (e^2|x| + 1) with the sign of x. To 1.33
/// ulp.
PIPELINE_INLINE V tanh(V x) {
  V size = absolute(x);
  V z = x * x;
  V p = polynomial(z, -5.70498872745e-3f, 2.06390887954e-2f, -5.37397155531e-2f, 1.33314422036e-1f,
                   -3.33332819422e-1f);
  V near = fma(p * z, x, x);
  V far = all(1.0f) - all(2.0f) / (exp(size + size) + all(1.0f));
  far = from_bits(bits(far) | (bits(x) & all_int(0x80000000u)));
  return select(size > all(0.625f), far, near);
}

/// The share of a standard normal distribution below x: half of erfc(-x / √2), by Chebyshev's
/// polynomial of Press et al., Numerical Recipes, 6.2. Relative errors below 3e-6 down to -10.
PIPELINE_INLINE V normal_share(V x) {
  V z = absolute(x) * all(0.70710678118654752f);
  V t = all(1.0f) / fma(all(0.5f), z, all(1.0f));
  V p = polynomial(t, 0.17087277f, -0.82215223f, 1.48851587f, -1.13520398f, 0.27886807f,
                   -0.18628806f, 0.09678418f, 0.37409196f, 1.00002368f, -1.26551223f);
  V tail = all(0.5f) * t * exp(fnma(all(0.5f) * x, x, p));
  return select(x > all(0.0f), all(1.0f) - tail, tail);
}

/// Sine and cosine of 2π·u, u in [0, 1]: within a quarter of the circle by Cephes' polynomials.
/// To 1.96 ulp, and to 1.1e-7 in absolute terms, for the multiples of 2^-24 that draws are.
PIPELINE_INLINE void sine_cosine_of_turns(V u, V& sine, V& cosine) {
  V quarters = round(u * all(4.0f));
  V r = fma(u, all(4.0f), negative(quarters)) * all(1.57079632679489662f);
  V z = r * r;
  V s = fma(polynomial(z, -1.9515295891e-4f, 8.3321608736e-3f, -1.6666654611e-1f) * z, r, r);
  V c = fma(polynomial(z, 2.443315711809948e-5f, -1.388731625493765e-3f, 4.166664568298827e-2f),
            z * z, fnma(all(0.5f), z, all(1.0f)));
  I q = to_int(quarters);
  M swap = is_equal(q & all_int(1), all_int(1));
  V a = select(swap, c, s);
  V b = select(swap, s, c);
  // sine is negative in quarters 2 and 3, cosine in 1 and 2.
  sine = from_bits(bits(a) ^ shift_left<30>(q & all_int(2)));
  cosine = from_bits(bits(b) ^ shift_left<30>((q + all_int(1)) & all_int(2)));
}

}  // namespace
}  // namespace pipeline::nn::kernels
