#include <bit>
#include <cstdint>
#include <limits>

#include "pair.h"
#include "pipeline/math.h"

namespace pipeline::math {
namespace {

__extension__ using Bits128 = unsigned __int128;

constexpr Pair kQuarterTurn{0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54};  // π/2
constexpr double kEighthTurn = 0x1.921fb54442d18p-1;

/// 64 zero bits, then those of 2/π behind the point: enough for the largest double.
constexpr std::uint64_t kTwoOverPi[] = {0x0000000000000000, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0,
                                        0xdb6295993c439041, 0xfe5163abdebbc561, 0xb7246e3a424dd2e0,
                                        0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484,
                                        0xe99c7026b45f7e41, 0x3991d639835339f4, 0x9c845f8bbdf9283b,
                                        0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7,
                                        0x4f463f669e5fea2d, 0x7527bac7ebe5f17b, 0x3d0739f78a5292ea,
                                        0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab, 0xf0cfbc209af4361d};

std::uint64_t word_at(int bit) {
  const int word = bit / 64, shift = bit % 64;
  if (shift == 0) return kTwoOverPi[word];
  return kTwoOverPi[word] << shift | kTwoOverPi[word + 1] >> (64 - shift);
}

/// A fraction of 128 bits behind the point, above 0.
Pair from_fraction(Bits128 fraction) {
  const std::uint64_t top = std::uint64_t(fraction >> 64);
  const int zeros = top ? std::countl_zero(top) : 64 + std::countl_zero(std::uint64_t(fraction));
  fraction <<= zeros;
  const double high = double(std::uint64_t(fraction >> 75));
  const double low = double(std::uint64_t(fraction >> 22) & ((std::uint64_t{1} << 53) - 1));
  return {std::ldexp(high, -53 - zeros), std::ldexp(low, -106 - zeros)};
}

/// An angle as quarters of a turn (of which the last two bits count) and a rest of at most an
/// eighth.
struct Angle {
  int quarters;
  Pair rest;
};

/// Payne and Hanek, 1983: of x · 2/π, x = mantissa · 2^exponent, only those bits of 2/π are
/// multiplied that give no multiple of 4, and 192 of them.
Angle reduce(double x) {
  if (std::fabs(x) <= kEighthTurn) return {0, {x, 0}};
  int exponent = 0;
  const auto mantissa = std::uint64_t(std::ldexp(std::frexp(std::fabs(x), &exponent), 53));
  const int first = exponent - 53 - 2 + 64;
  const Bits128 low = Bits128(mantissa) * word_at(first + 128);
  const Bits128 middle = Bits128(mantissa) * word_at(first + 64) + (low >> 64);
  const std::uint64_t high = mantissa * word_at(first) + std::uint64_t(middle >> 64);
  // Two bits in front of the point, 190 behind it, of which 126 are used.
  const Bits128 product = Bits128(high) << 64 | std::uint64_t(middle);
  int quarters = int(high >> 62);
  Bits128 fraction = product << 2;
  const bool beyond = fraction >> 127;  // more than half a quarter: from the next one back
  if (beyond) {
    ++quarters;
    fraction = -fraction;
  }
  const Pair rest = from_fraction(fraction) * kQuarterTurn;
  const double sign = beyond != std::signbit(x) ? -1 : 1;
  return {std::signbit(x) ? -quarters : quarters, {sign * rest.high, sign * rest.low}};
}

double sin_near_0(const Pair& x) {
  const double z = x.high * x.high;
  const double tail =
      polynomial(z, {-1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800,
                     1.0 / 6227020800, -1.0 / 1307674368000, 1.0 / 355687428096000});
  return x.high + (x.high * z * tail + x.low * (1 - z / 2));
}

double cos_near_0(const Pair& x) {
  const Pair square = exact_product(x.high, x.high);
  const double z = square.high;
  const double tail =
      polynomial(z, {1.0 / 24, -1.0 / 720, 1.0 / 40320, -1.0 / 3628800, 1.0 / 479001600,
                     -1.0 / 87178291200, 1.0 / 20922789888000, -1.0 / 6402373705728000});
  const Pair start = exact_sum(1, -z / 2);
  return start.high + (start.low + (z * z * tail - square.low / 2 - x.high * x.low));
}

/// sin(x + quarters · π/2)
double sin_shifted(double x, int quarters) {
  if (!(std::fabs(x) <= std::numeric_limits<double>::max()))
    return std::numeric_limits<double>::quiet_NaN();
  const Angle angle = reduce(x);
  const unsigned quarter = unsigned(angle.quarters + quarters) % 4;
  const double value = quarter % 2 == 0 ? sin_near_0(angle.rest) : cos_near_0(angle.rest);
  return quarter < 2 ? value : -value;
}

}  // namespace

double sin(double x) { return std::fabs(x) < 0x1p-27 ? x : sin_shifted(x, 0); }
double cos(double x) { return sin_shifted(x, 1); }

}  // namespace pipeline::math
