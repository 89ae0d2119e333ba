#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "pipeline/nn/activation.h"
#include "pipeline/nn/elementwise.h"
#include "pipeline/nn/loss_kernels.h"
#include "support.h"

using namespace pipeline;
using namespace pipeline::nn;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// f of all values through one batch of rank 1.
template <class F>
std::vector<float> through(const std::vector<float>& x, F f) {
  Batch in = batch_of(x, {std::int64_t(x.size())});
  f(in.block(0), in.block(0));
  return plain(in);
}

std::vector<float> grid(double low, double high, int n) {
  std::vector<float> values;
  for (int i = 0; i <= n; ++i) values.push_back(float(low + (high - low) * i / n));
  return values;
}

/// The largest error in units of the last place of the exact result.
double ulps(const std::vector<float>& y, const std::vector<float>& x, double (*exact)(double)) {
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double e = exact(x[i]);
    const int exponent = std::max(std::ilogb(e), std::numeric_limits<float>::min_exponent - 1);
    worst = std::max(worst, std::ldexp(std::abs(y[i] - e), 23 - exponent));
  }
  return worst;
}

double gelu(double v) { return v * std::erfc(-v / std::sqrt(2.0)) / 2; }

}  // namespace

TEST_CASE("The exponential is exact to a unit of the last place, and knows its limits") {
  const auto x = grid(-87, 88, 100000);
  const auto results =
      on_each_simd([&] { return through(x, [](auto a, auto b) { pipeline::nn::exp(a, b); }); });
  CHECK(ulps(results[0], x, [](double v) { return std::exp(v); }) < 1.1);
  CHECK(all_same_bits(results));
  const auto limits = through({0, -200, -kInfinity, 89, kInfinity, -100, kNaN},
                              [](auto a, auto b) { pipeline::nn::exp(a, b); });
  CHECK(limits[0] == 1);
  CHECK(limits[1] == 0);
  CHECK(limits[2] == 0);
  CHECK(limits[3] == kInfinity);
  CHECK(limits[4] == kInfinity);
  CHECK(limits[5] == Approx(3.7835e-44).epsilon(0.05));
  CHECK(std::isnan(limits[6]));
}

TEST_CASE("The logarithm is exact to a unit of the last place") {
  // It stands alone where cross entropy has a target of 1; p is clipped at 1e-7 and 1 - 1e-7.
  std::vector<float> p = grid(1e-6, 0.999999, 50000);
  for (double v : grid(-16, -1, 50000)) p.push_back(float(std::exp(v)));
  const Batch y = batch_of(p, {1}), ones = batch_of(std::vector<float>(p.size(), 1), {1});
  const auto results = on_each_simd([&] {
    std::vector<float> found;
    for (int b = 0; b < y.blocks(); ++b) {
      const auto sums = cross_entropy_sums(y.block(b), ones.block(b));
      found.insert(found.end(), sums.begin(), sums.begin() + y.lanes(b));
    }
    return found;
  });
  CHECK(ulps(results[0], p, [](double v) { return -std::log(v); }) < 1);
  CHECK(all_same_bits(results));
}

TEST_CASE("Activations agree with their formulas in double precision, with equal bits") {
  struct Case {
    Activation activation;
    double (*exact)(double);
    double tolerance;  // absolute
  };
  const Case c =
      GENERATE(Case{Activation::linear, [](double v) { return v; }, 0},
               Case{Activation::relu, [](double v) { return v > 0 ? v : 0; }, 0},
               Case{Activation::sigmoid, [](double v) { return 1 / (1 + std::exp(-v)); }, 1.5e-7},
               Case{Activation::tanh, [](double v) { return std::tanh(v); }, 1.5e-7},
               Case{Activation::elu, [](double v) { return v > 0 ? v : std::expm1(v); }, 1.5e-7},
               Case{Activation::softplus, [](double v) { return std::log1p(std::exp(v)); }, 2e-6},
               Case{Activation::leaky_relu, [](double v) { return v > 0 ? v : 0.2 * v; }, 4e-7},
               Case{Activation::swish, [](double v) { return v / (1 + std::exp(-v)); }, 3e-6},
               Case{Activation::gelu, gelu, 3e-6});
  CAPTURE(name(c.activation));
  const auto x = grid(-30, 30, 20000);
  const auto results = on_each_simd(
      [&] { return through(x, [&](auto a, auto b) { activate(c.activation, a, b); }); });
  CHECK(all_same_bits(results));
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    worst = std::max(worst, std::abs(results[0][i] - c.exact(x[i])));
  CHECK(worst <= c.tolerance);
  const auto nan = through({kNaN}, [&](auto a, auto b) { activate(c.activation, a, b); });
  CHECK(std::isnan(nan[0]));
}

TEST_CASE("Activations keep their digits where they come close to zero") {
  struct Case {
    Activation activation;
    double (*exact)(double);
    double least, tolerance;  // relative
  };
  const Case c = GENERATE(
      Case{Activation::elu, [](double v) { return v > 0 ? v : std::expm1(v); }, -80, 2e-7},
      Case{Activation::softplus, [](double v) { return std::log1p(std::exp(v)); }, -80, 4e-7},
      Case{Activation::swish, [](double v) { return v / (1 + std::exp(-v)); }, -80, 4e-7},
      Case{Activation::gelu, gelu, -10, 5e-6});
  CAPTURE(name(c.activation));
  std::vector<float> x = grid(c.least, 0, 20000);
  for (int i = 0; i < 60; ++i) x.push_back(-std::ldexp(1.0f, -i));
  std::erase(x, 0.0f);
  const auto y = through(x, [&](auto a, auto b) { activate(c.activation, a, b); });
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double exact = c.exact(double(x[i]));
    REQUIRE(std::abs(double(y[i]) - exact) <= c.tolerance * std::abs(exact));
  }
}

TEST_CASE("Derivatives of activations follow from their results, or from what goes in") {
  const Activation activation = GENERATE(
      Activation::linear, Activation::relu, Activation::sigmoid, Activation::tanh, Activation::elu,
      Activation::softplus, Activation::leaky_relu, Activation::swish, Activation::gelu);
  CAPTURE(name(activation));
  const std::vector<float> x = {-3.5f, -1, -0.25f, 0.3f, 1.7f, 4};
  const auto f = [&](float shift) {
    std::vector<float> moved = x;
    for (float& v : moved) v += shift;
    return through(moved, [&](auto a, auto b) { activate(activation, a, b); });
  };
  const auto up = f(0.01f), down = f(-0.01f);
  const auto results = on_each_simd([&] {
    Batch y = batch_of(derivative_needs_input(activation) ? x : f(0), {6}),
          dy = batch_of(std::vector<float>(6, 2.0f), {6});
    activate_backward(activation, y.block(0), dy.block(0), dy.block(0));
    return plain(dy);
  });
  CHECK(all_same_bits(results));
  for (std::size_t i = 0; i < x.size(); ++i)
    CHECK(results[0][i] == Approx(2 * (double(up[i]) - down[i]) / 0.02).margin(2e-4));
}

TEST_CASE("An unknown activation is an error that names the nearest") {
  CHECK_THROWS_WITH(activation_from_name("rely"),
                    "there is no activation 'rely'; did you mean 'relu'?");
}
