// How weights start: moments, limits and independence of the draws against those of the
// distributions, orthogonality against its definition.
#include "pipeline/nn/initializer.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "support.h"

using namespace pipeline;
using namespace pipeline::nn;

namespace {

constexpr std::size_t kCount = 100003;  // no multiple of what is drawn at once

std::vector<float> drawn(const InitializerChoice& choice, std::uint64_t seed = 1,
                         std::uint32_t stream = 2) {
  std::vector<float> values(kCount);
  choice.of(200, 600).fill(values, {std::int64_t(kCount)}, seed, stream);
  return values;
}

struct Moments {
  double mean, deviation, largest;
};
Moments moments(const std::vector<float>& values) {
  double sum = 0, squares = 0, largest = 0;
  for (float v : values) {
    sum += double(v);
    squares += double(v) * double(v);
    largest = std::max(largest, std::abs(double(v)));
  }
  const double n = double(values.size()), mean = sum / n;
  return {mean, std::sqrt(squares / n - mean * mean), largest};
}

}  // namespace

TEST_CASE("Initialisers have the mean, deviation and limits of their names") {
  struct Case {
    InitializerChoice choice;
    double mean, deviation, limit;
  };
  // 0.8796 is the deviation of a standard normal variable within ±2.
  const double he = std::sqrt(2 / 200.0), lecun = std::sqrt(1 / 200.0),
               glorot = std::sqrt(2 / 800.0);
  const std::vector<Case> cases{{{"glorot_uniform", {}}, 0, glorot, glorot * std::sqrt(3.0)},
                                {{"he_uniform", {}}, 0, he, he * std::sqrt(3.0)},
                                {{"lecun_uniform", {}}, 0, lecun, lecun * std::sqrt(3.0)},
                                {{"glorot_normal", {}}, 0, glorot, 2 * glorot / 0.87962566},
                                {{"he_normal", {}}, 0, he, 2 * he / 0.87962566},
                                {{"lecun_normal", {}}, 0, lecun, 2 * lecun / 0.87962566},
                                {{"random_uniform", {-0.1, 0.3}}, 0.1, 0.4 / std::sqrt(12.0), 0.3},
                                {{"random_normal", {1, 0.5}}, 1, 0.5, 5},
                                {{"truncated_normal", {0, 0.02}}, 0, 0.02 * 0.87962566, 0.04},
                                {{"constant", {0.7}}, 0.7, 0, 0.7},
                                {{"ones", {}}, 1, 0, 1},
                                {{"zeros", {}}, 0, 0, 0}};
  for (const Case& c : cases) {
    CAPTURE(c.choice.name);
    const Moments found = moments(drawn(c.choice));
    const double error = 4 * c.deviation / std::sqrt(double(kCount)) + 1e-5;
    CHECK(std::abs(found.mean - c.mean) < error);
    CHECK(std::abs(found.deviation - c.deviation) < error + 1e-3 * c.deviation);
    CHECK(found.largest <= c.limit * (1 + 1e-6));
    if (c.limit < 5) CHECK(found.largest >= c.limit * 0.98);
  }
}

TEST_CASE("Draws depend on seed and stream, are not alike, and the same on every machine") {
  for (const char* name : {"glorot_uniform", "he_normal"}) {
    const auto values = drawn({name, {}});
    CHECK(values != drawn({name, {}}, 2));
    CHECK(values != drawn({name, {}}, 1, 3));
    double products = 0, squares = 0;
    for (std::size_t lag : {1u, 16u, 1024u}) {
      for (std::size_t i = 0; i + lag < values.size(); ++i) {
        products += double(values[i]) * double(values[i + lag]);
        squares += double(values[i]) * double(values[i]);
      }
      CHECK(std::abs(products / squares) < 4 / std::sqrt(double(kCount)));
    }
    CHECK(all_same_bits(on_each_simd([&] { return drawn({name, {}}); })));
  }
}

TEST_CASE("An orthogonal kernel's rows, or columns, are orthonormal times the gain") {
  for (const Shape& shape : {Shape{7, 19}, Shape{19, 7}, Shape{5, 2, 3, 3}, Shape{1, 4}}) {
    CAPTURE(to_string(shape));
    const std::size_t rows = std::size_t(shape[0]);
    std::vector<float> w(std::size_t(elements(shape)));
    InitializerChoice{"orthogonal", {2}}.of(1, 1).fill(w, shape, 3, 4);
    const std::size_t columns = w.size() / rows;
    const bool wide = columns >= rows;
    const std::size_t few = std::min(rows, columns), many = std::max(rows, columns);
    const auto at = [&](std::size_t f, std::size_t m) {
      return double(wide ? w[f * columns + m] : w[m * columns + f]);
    };
    for (std::size_t a = 0; a < few; ++a)
      for (std::size_t b = 0; b <= a; ++b) {
        double product = 0;
        for (std::size_t m = 0; m < many; ++m) product += at(a, m) * at(b, m);
        CHECK(product == Approx(a == b ? 4 : 0).margin(2e-6));
      }
  }
}
