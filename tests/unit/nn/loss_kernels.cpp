#include "pipeline/nn/loss_kernels.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "support.h"

using namespace pipeline;
using namespace pipeline::nn;

namespace {

std::vector<float> sums_of(std::array<double, kLanes> (*f)(const ConstBlock&, const ConstBlock&),
                           const Batch& y, const Batch& t) {
  const auto sums = f(y.block(0), t.block(0));
  return {sums.begin(), sums.end()};
}

}  // namespace

TEST_CASE("Cross entropy is Keras': sums of logarithms of clipped outputs") {
  // One value a sample, so that the first lane's sum is one value's loss. By hand, in double:
  // p is clipped to [float(1e-7), 1 - 2^-23]; -ln(1e-7) = 16.118096, -ln(2^-23) = 15.942385.
  struct Case {
    float y, t;
    double loss;
  };
  const std::vector<Case> cases = {
      {0.5f, 1, 0.6931471806}, {0.5f, 0.25f, 0.6931471806}, {0.9f, 1, 0.1053605157},
      {0.9f, 0, 2.302585093},  {0, 1, 16.11809565},         {1, 0, 15.94238515},
      {0, 0, 1.0000000495e-7}, {0.2f, 0.7f, 1.1935493},     {1e-5f, 0.5f, 5.756467732}};
  std::vector<float> y, t;
  for (const Case& c : cases) y.push_back(c.y), t.push_back(c.t);
  const Batch by = batch_of(y, {1}), bt = batch_of(t, {1});
  const auto results = on_each_simd([&] { return sums_of(cross_entropy_sums, by, bt); });
  CHECK(all_same_bits(results));
  for (std::size_t i = 0; i < cases.size(); ++i) {
    CAPTURE(cases[i].y, cases[i].t);
    CHECK(results[0][i] == Approx(cases[i].loss).epsilon(2e-6).margin(3e-8));
  }
}

TEST_CASE("Sums over an image add every value once, in double") {
  const Shape shape = GENERATE(from_range(kOddShapes));
  CAPTURE(shape);
  const int size = int(elements(shape));
  auto y = random_values(16 * size, 1), t = random_values(16 * size, 2);
  for (float& v : y) v = 0.5f + 0.49f * v;
  for (float& v : t) v = 0.5f + 0.5f * v;
  const Batch by = batch_of(y, shape, 1), bt = batch_of(t, shape, 2);
  std::vector<std::array<double, kLanes>> entropies, squares;
  on_each_simd([&] {
    entropies.push_back(cross_entropy_sums(by.block(0), bt.block(0)));
    squares.push_back(squared_error_sums(by.block(0), bt.block(0)));
    return 0;
  });
  for (int n = 0; n < 16; ++n) {
    double e = 0, s = 0;
    for (int i = n * size; i < (n + 1) * size; ++i) {
      e -= t[i] * std::log(double(y[i])) + (1 - t[i]) * std::log1p(-double(y[i]));
      s += (double(y[i]) - t[i]) * (double(y[i]) - t[i]);
    }
    CHECK(entropies[0][n] == Approx(e).epsilon(1e-6));
    CHECK(squares[0][n] == Approx(s).epsilon(1e-6));
  }
  for (std::size_t i = 1; i < entropies.size(); ++i) {
    CHECK(entropies[i] == entropies[0]);
    CHECK(squares[i] == squares[0]);
  }
}

TEST_CASE("Losses' gradients are their derivatives, and zero where outputs are clipped") {
  const std::vector<float> y = {0.3f, 0.99f, 0.01f, 0.5f, 0, 1};
  const std::vector<float> t = {1, 1, 0.2f, 0.5f, 1, 0};
  const Batch by = batch_of(y, {1}), bt = batch_of(t, {1});
  const auto results = on_each_simd([&] {
    Batch dy = batch_of(y, {1});
    cross_entropy_gradient(by.block(0), bt.block(0), 0.5f, dy.block(0));
    return plain(dy);
  });
  CHECK(all_same_bits(results));
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(results[0][i] ==
          Approx(0.5 * (double(y[i]) - t[i]) / (double(y[i]) * (1 - double(y[i])))).margin(1e-7));
  CHECK(results[0][4] == 0);
  CHECK(results[0][5] == 0);
}

TEST_CASE("A loss of values that are no numbers is no number") {
  const float nan = std::nanf("");
  const Batch by = batch_of({nan}, {1}), bt = batch_of({1}, {1});
  CHECK(std::isnan(cross_entropy_sums(by.block(0), bt.block(0))[0]));
  CHECK(std::isnan(squared_error_sums(by.block(0), bt.block(0))[0]));
}
