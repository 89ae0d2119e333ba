#pragma once
#include <cmath>
#include <cstddef>

namespace pipeline::math {

/// A number as the sum of two doubles, the second far smaller: some 100 bits. (Dekker, 1971.)
struct Pair {
  double high = 0, low = 0;
  double value() const { return high + low; }
};

/// a + b, exactly.
inline Pair exact_sum(double a, double b) {
  const double sum = a + b, part = sum - a;
  return {sum, (a - (sum - part)) + (b - part)};
}

/// a · b, exactly. The C library's fma is exact on every processor, in hardware or not.
inline Pair exact_product(double a, double b) {
  const double product = a * b;
  return {product, std::fma(a, b, -product)};
}

inline Pair operator+(const Pair& a, const Pair& b) {
  const Pair sum = exact_sum(a.high, b.high);
  return exact_sum(sum.high, sum.low + (a.low + b.low));
}

inline Pair operator*(const Pair& a, const Pair& b) {
  const Pair product = exact_product(a.high, b.high);
  return exact_sum(product.high, product.low + (a.high * b.low + a.low * b.high));
}

inline Pair operator/(const Pair& a, const Pair& b) {
  const double quotient = a.high / b.high;
  const double rest = std::fma(-quotient, b.high, a.high) + (a.low - quotient * b.low);
  return exact_sum(quotient, rest / b.high);
}

/// A polynomial, its lowest coefficient first: even and odd powers by Horner's rule side by side,
/// since each of its steps waits for the one before.
template <std::size_t N>
double polynomial(double x, const double (&coefficients)[N]) {
  const double square = x * x;
  double even = 0, odd = 0;
  for (std::size_t i = N; i-- > 0;) {
    double& half = i % 2 == 0 ? even : odd;
    half = half * square + coefficients[i];
  }
  return even + x * odd;
}

}  // namespace pipeline::math
