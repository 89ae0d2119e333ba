#include "pipeline/math.h"

#include <limits>

#include "pair.h"

// Taylor series alone, long enough that what they leave out is below the last bit's hundredth; the
// leading terms as pairs of doubles, so that hardly more than the last rounding is left.

namespace pipeline::math {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kTiny = 0x1p-54;  // |x| below: x + x² is x

constexpr Pair kLn2{0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};
constexpr Pair kLog2OfE{0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56};
constexpr Pair kLog10OfE{0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57};
constexpr Pair kTwoThirds{0x1.5555555555555p-1, 0x1.5555555555555p-55};
// Times an exponent, the first of these is exact.
constexpr double kLn2High = 0x1.62e42p-1, kLn2Low = 0x1.fdf473de6af28p-22;

/// e^x - 1 for |x| up to ln(2)/2.
Pair expm1_near_0(const Pair& x) {
  const double r = x.high;
  const double tail =
      polynomial(r, {1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040, 1.0 / 40320, 1.0 / 362880,
                     1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800});
  const Pair square = exact_product(r, r);
  const Pair half{square.high / 2, square.low / 2};
  return exact_sum(r, x.low * (1 + r)) + (half + Pair{square.high * r * tail, 0});
}

/// x = exponent · ln(2) + rest, |rest| up to ln(2)/2.
struct Reduced {
  int exponent;
  Pair rest;
};
Reduced reduce_exp(const Pair& x) {
  const double n = std::rint(x.high * kLog2OfE.high);
  const Pair high = exact_sum(x.high - n * kLn2High, x.low);
  return {int(n), high + exact_product(-n, kLn2Low)};
}

double exp(const Pair& x) {
  if (x.high > 710) return kInfinity;
  if (x.high < -746) return 0;
  const auto [exponent, rest] = reduce_exp(x);
  return std::ldexp((Pair{1, 0} + expm1_near_0(rest)).value(), exponent);
}

/// e^x - 1; |x| below 40.
Pair expm1_pair(double x) {
  const auto [exponent, rest] = reduce_exp({x, 0});
  const Pair near = expm1_near_0(rest);
  if (exponent == 0) return near;
  const double power = std::ldexp(1.0, exponent);
  return exact_sum(power, -1) + Pair{near.high * power, near.low * power};
}

/// log(x) of a finite x above 0: exponent · ln(2) + 2 artanh(s), s = f / (2 + f).
Pair log_pair(double x) {
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);
  if (mantissa < 0x1.6a09e667f3bcdp-1) {  // sqrt(1/2)
    mantissa *= 2;
    --exponent;
  }
  const double f = mantissa - 1;
  const Pair s = Pair{f, 0} / exact_sum(2, f);
  const Pair square = s * s;
  const double z = square.high;
  const double tail = polynomial(z, {2.0 / 5, 2.0 / 7, 2.0 / 9, 2.0 / 11, 2.0 / 13, 2.0 / 15,
                                     2.0 / 17, 2.0 / 19, 2.0 / 21, 2.0 / 23, 2.0 / 25, 2.0 / 27});
  const Pair cubic = s * square * kTwoThirds + Pair{s.high * z * z * tail, 0};
  const Pair artanh = Pair{2 * s.high, 2 * s.low} + cubic;
  const double n = exponent;
  return exact_sum(n * kLn2High, n * kLn2Low) + artanh;
}

/// The logarithm to the base whose logarithm is 1 / factor.
double log(double x, const Pair& factor) {
  if (x == 0) return -kInfinity;
  if (!(x > 0)) return kNan;
  if (x == kInfinity) return x;
  return (log_pair(x) * factor).value();
}

bool is_integer(double x) { return std::floor(x) == x; }

// |y| from 2^53 on is even.
bool is_odd(double y) { return is_integer(y) && std::fabs(y) < 0x1p53 && std::fmod(y, 2) != 0; }

/// x^y for 0 < x, both finite.
double positive_power(double x, double y) {
  const Pair log = log_pair(x);
  if (const double size = log.high * y; std::fabs(size) > 1000) return size > 0 ? kInfinity : 0;
  return exp(log * Pair{y, 0});
}

}  // namespace

double exp(double x) { return x == x ? exp(Pair{x, 0}) : kNan; }

double exp2(double x) {
  if (!(std::fabs(x) < 1100)) return x == x ? (x > 0 ? kInfinity : 0) : kNan;
  const double n = std::rint(x);
  const Pair rest = Pair{x - n, 0} * kLn2;
  return std::ldexp((Pair{1, 0} + expm1_near_0(rest)).value(), int(n));
}

double expm1(double x) {
  if (std::fabs(x) < kTiny) return x;
  if (x > 40) return exp(x);
  if (x < -40) return -1;
  return x == x ? expm1_pair(x).value() : kNan;
}

double log(double x) { return log(x, {1, 0}); }
double log2(double x) { return log(x, kLog2OfE); }
double log10(double x) { return log(x, kLog10OfE); }

double log1p(double x) {
  if (std::fabs(x) < kTiny || x == kInfinity) return x;
  if (x == -1) return -kInfinity;
  if (!(x > -1)) return kNan;
  const Pair sum = exact_sum(1, x);
  return (log_pair(sum.high) + Pair{sum.low / sum.high, 0}).value();
}

double pow(double x, double y) {
  if (y == 0 || x == 1) return 1;
  if (x != x || y != y) return kNan;
  const double size = std::fabs(x);
  if (std::fabs(y) == kInfinity) return size == 1 ? 1 : (size > 1) == (y > 0) ? kInfinity : 0;
  const double sign = std::signbit(x) && is_odd(y) ? -1 : 1;
  if (size == 0 || size == kInfinity) return sign * ((size > 1) == (y > 0) ? kInfinity : 0);
  if (x < 0 && !is_integer(y)) return kNan;
  return sign * positive_power(size, y);
}

double tanh(double x) {
  if (std::fabs(x) < 0x1p-28) return x;
  if (std::fabs(x) > 20) return std::copysign(1, x);
  if (x != x) return kNan;
  const Pair power = expm1_pair(2 * std::fabs(x));
  return std::copysign((power / (power + Pair{2, 0})).value(), x);
}

}  // namespace pipeline::math
