#pragma once
#include <cstdint>

/// base^n by squaring: multiplications alone, so that every C library gives the same bits.
inline double power(double base, std::int64_t n) {
  double result = 1;
  for (; n > 0; n /= 2, base *= base)
    if (n % 2) result *= base;
  return result;
}
