#include "pipeline/math.h"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace {
namespace math = pipeline::math;
using Long = long double;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Numbers by a linear congruence of Knuth's, the same everywhere.
class Draw {
 public:
  std::uint64_t bits() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return state_ ^ state_ >> 29;
  }
  double below_1() { return double(bits() >> 11) * 0x1p-53; }
  /// Of every sign and size; now and then infinite or no number.
  double any() { return std::bit_cast<double>(bits()); }

 private:
  std::uint64_t state_ = 1;
};

struct Function {
  const char* name;
  double (*ours)(double);
  double (*c)(double);
  long double (*exact)(long double);
  double least, most;  ///< where its results are neither 0 nor infinite
  double error;        ///< in units of the last place, as the header promises
  const char* digest;  ///< of its results for any() and for least to most
};

const Function kFunctions[] = {
    {"exp", math::exp, std::exp, std::exp, -708, 709.7, 0.56, "75b8112b3ef844a4"},
    {"exp2", math::exp2, std::exp2, std::exp2, -1022, 1023.9, 0.56, "833255a1bf525b4a"},
    {"expm1", math::expm1, std::expm1, std::expm1, -50, 709.7, 0.64, "7b65a6996b85f4fc"},
    {"log", math::log, std::log, std::log, 0, 4, 0.51, "eb1b6d4383d50086"},
    {"log2", math::log2, std::log2, std::log2, 0, 4, 0.51, "8b5fa742f7b4b5d9"},
    {"log10", math::log10, std::log10, std::log10, 0, 4, 0.51, "04d82856bcc80255"},
    {"log1p", math::log1p, std::log1p, std::log1p, -1, 3, 0.68, "c5cf1c4a2d200015"},
    {"sin", math::sin, std::sin, std::sin, -20, 20, 0.85, "8a6187b662b2bc83"},
    {"cos", math::cos, std::cos, std::cos, -20, 20, 0.85, "975646b1c07195cf"},
    {"tanh", math::tanh, std::tanh, std::tanh, -20, 20, 0.6, "da9b2a08a111e5b5"},
};

const double kSpecial[] = {0.0,
                           -0.0,
                           1,
                           -1,
                           2,
                           -2,
                           0.5,
                           -0.5,
                           3,
                           -3,
                           kInfinity,
                           -kInfinity,
                           kNan,
                           1e300,
                           -1e300,
                           1e-300,
                           5e-324,
                           -5e-324,
                           std::numeric_limits<double>::max(),
                           std::numeric_limits<double>::lowest(),
                           9007199254740993.0,
                           -4503599627370497.0,
                           4503599627370497.5,
                           709.79,
                           -745.2,
                           1024,
                           -1075,
                           1 + 0x1p-52};

/// The distance in units of the last place of `exact`.
double error_of(double found, long double exact) {
  int exponent = 0;
  std::frexp(double(exact), &exponent);
  const int last = std::max(exponent, -1021) - 53;
  return double(std::fabs(Long(found) - exact) / std::ldexp(1.0L, last));
}

/// Equal, both no number, or a last bit or two apart.
bool agree(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  if (std::signbit(a) != std::signbit(b)) return false;
  return a == b || std::fabs(a - b) <= 2 * 0x1p-52 * std::fabs(b) || std::fabs(a - b) <= 5e-324;
}

/// FNV-1a over the results' bits; 16 hex digits.
class Digest {
 public:
  void add(double result) {
    for (std::uint64_t bits = std::bit_cast<std::uint64_t>(result), i = 0; i < 8; ++i, bits >>= 8)
      hash_ = (hash_ ^ (bits & 0xff)) * 0x100000001b3;
  }
  std::string text() const {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash_));
    return text;
  }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325;
};

}  // namespace

// Whatever the processor, the compiler's options and the C library: these are the bits.
TEST_CASE("Results are the committed ones, bit for bit") {
  for (const Function& function : kFunctions) {
    INFO(function.name);
    Draw draw;
    Digest digest;
    for (const double x : kSpecial) digest.add(function.ours(x));
    for (int i = 0; i < 100'000; ++i) {
      digest.add(function.ours(draw.any()));
      digest.add(function.ours(function.least + (function.most - function.least) * draw.below_1()));
    }
    CHECK(digest.text() == function.digest);
  }
  Draw draw;
  Digest digest;
  for (const double x : kSpecial)
    for (const double y : kSpecial) digest.add(math::pow(x, y));
  for (int i = 0; i < 100'000; ++i) {
    const double x = draw.any(), y = draw.any();
    digest.add(math::pow(x, y));
    const double base = 10 * draw.below_1();
    digest.add(math::pow(base, 100 * draw.below_1() - 50));
  }
  CHECK(digest.text() == "297de726d1011d71");
}

TEST_CASE("What is special is as in C") {
  for (const double x : kSpecial) {
    for (const Function& function : kFunctions) {
      INFO(function.name << "(" << x << ") = " << function.ours(x));
      CHECK(agree(function.ours(x), function.c(x)));
    }
    for (const double y : kSpecial) {
      INFO("pow(" << x << ", " << y << ") = " << math::pow(x, y));
      CHECK(agree(math::pow(x, y), std::pow(x, y)));
    }
  }
}

// Long double has eleven bits more, where it is not the same as double.
TEST_CASE("Errors are as small as the header says", "[slow]") {
  if (std::numeric_limits<long double>::digits < 64) return;
  for (const Function& function : kFunctions) {
    Draw draw;
    double worst = 0;
    for (int i = 0; i < 300'000; ++i) {
      const double near = function.least + (function.most - function.least) * draw.below_1();
      const double shrunk = std::ldexp(near, -int(draw.bits() >> 32 & 63));
      for (const double x : {near, shrunk, draw.any()})
        if (const double c = function.c(x); std::isfinite(c) && std::isfinite(x))
          worst = std::max(worst, error_of(function.ours(x), function.exact(x)));
    }
    INFO(function.name << ": " << worst);
    CHECK(worst <= function.error);
    CHECK(worst >= 0.499);
  }
  Draw draw;
  double worst = 0;
  for (int i = 0; i < 300'000; ++i) {
    const double x =
        std::exp(std::ldexp(1400 * draw.below_1() - 700, -int(draw.bits() >> 32 & 63)));
    const double y = (2 * draw.below_1() - 1) * 700 / std::fabs(std::log(x));
    if (std::isfinite(y))
      worst = std::max(worst, error_of(math::pow(x, y), std::pow(Long(x), Long(y))));
  }
  INFO("pow: " << worst);
  CHECK(worst <= 0.75);
}

TEST_CASE("Powers and logarithms of integers are exact") {
  for (int i = -1074; i < 1024; ++i) {
    REQUIRE(math::exp2(double(i)) == std::ldexp(1, i));
    REQUIRE(math::log2(std::ldexp(1, i)) == i);
  }
  double power = 1;
  for (int i = 0; i <= 22; ++i, power *= 10) {
    CHECK(math::pow(10.0, double(i)) == power);
    CHECK(math::log10(power) == i);
  }
}

TEST_CASE("In single precision the nearest number is given") {
  struct {
    float x, exp, pow, tanh;  // x, e^x, x^1.5 and tanh x, rounded once
  } const expected[] = {{0.1f, 0x1.1aec7cp+0f, 0x1.030dc6p-5f, 0x1.983d78p-4f},
                        {1.5f, 0x1.1ed3fep+2f, 0x1.d64d52p+0f, 0x1.cf6f98p-1f},
                        {3.7f, 0x1.439416p+5f, 0x1.c77e70p+2f, 0x1.ff5fdcp-1f},
                        {80.0f, 0x1.55779cp+115f, 0x1.65c558p+9f, 1.0f}};
  for (const auto& [x, exp, pow, tanh] : expected) {
    CHECK(math::exp(x) == exp);
    CHECK(math::pow(x, 1.5f) == pow);
    CHECK(math::tanh(x) == tanh);
  }
}
