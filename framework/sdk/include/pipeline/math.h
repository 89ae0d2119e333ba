#pragma once

// Elementary functions with the same bits on every processor. The C library's choose their code by
// what the processor can do (FMA, AVX2), and with it the last bits: two results under one key. What
// a stage stores is computed with these. Of the C library's own, sqrt, fma, fabs, copysign, floor,
// ceil, trunc, round, rint, fmod, remainder, frexp and ldexp are exact by IEEE 754, and safe.
//
// Any argument will do, also the largest angle; what is special is as in C (annex F): exp(-inf) is
// 0, log(0) is -inf, log(-1), sin(inf) and pow(-8, 1.0/3) are NaN, pow(x, 0) is 1.
//
// The error of each is the largest found, in units of the result's last place, among some millions
// of arguments of every size, beside long double; 0.5 would be the best there is. A call takes some
// 50 ns. In single precision the result in double is rounded.

namespace pipeline::math {

double exp(double x);            ///< e^x, to 0.56 ulp
double exp2(double x);           ///< 2^x, to 0.56 ulp; exact for integers
double expm1(double x);          ///< e^x - 1, to 0.64 ulp
double log(double x);            ///< natural logarithm, to 0.51 ulp
double log2(double x);           ///< to 0.51 ulp; exact for powers of 2
double log10(double x);          ///< to 0.51 ulp; exact for powers of 10
double log1p(double x);          ///< log(1 + x), to 0.68 ulp
double pow(double x, double y);  ///< x^y, to 0.75 ulp
double sin(double x);            ///< of radians, to 0.85 ulp
double cos(double x);            ///< of radians, to 0.85 ulp
double tanh(double x);           ///< to 0.6 ulp

inline float exp(float x) { return float(exp(double(x))); }
inline float exp2(float x) { return float(exp2(double(x))); }
inline float expm1(float x) { return float(expm1(double(x))); }
inline float log(float x) { return float(log(double(x))); }
inline float log2(float x) { return float(log2(double(x))); }
inline float log10(float x) { return float(log10(double(x))); }
inline float log1p(float x) { return float(log1p(double(x))); }
inline float pow(float x, float y) { return float(pow(double(x), double(y))); }
inline float sin(float x) { return float(sin(double(x))); }
inline float cos(float x) { return float(cos(double(x))); }
inline float tanh(float x) { return float(tanh(double(x))); }

}  // namespace pipeline::math
