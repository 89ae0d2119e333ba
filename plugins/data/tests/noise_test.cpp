#include <cmath>

#include "files.h"

using namespace pipeline;
using namespace pipeline::data;
using testing::StageRun;

namespace {

testing::Components components;

/// Rows of 1000 values, all of them 0.5.
std::vector<float> noisy(std::int64_t rows, const Value::Map& params) {
  StageRun run(components, "data.noise", params);
  run.input("x", Array::of(std::vector<float>(std::size_t(rows) * 1000, 0.5f), {rows, 1000}));
  return values<float>(output(run, "y"));
}

double share(const std::vector<float>& y, float value) {
  return double(std::count(y.begin(), y.end(), value)) / double(y.size());
}

}  // namespace

// Margins are five standard deviations of 200,000 draws.
TEST_CASE("A binomial mask keeps its share of the values, and clears the others") {
  const auto y = noisy(200, {});
  CHECK(share(y, 0.5f) + share(y, 0) == 1);
  CHECK(share(y, 0.5f) == Approx(0.7).margin(5 * std::sqrt(0.7 * 0.3 / 2e5)));
  CHECK(share(noisy(2, {{"keep", 1}}), 0.5f) == 1);
  CHECK(share(noisy(2, {{"keep", 0}}), 0) == 1);
}

TEST_CASE("Gaussian noise has its deviation and a normal's tails") {
  const auto y = noisy(200, {{"kind", "gaussian"}, {"stddev", 0.25}});
  double sum = 0, squares = 0, beyond_two = 0;
  for (const float value : y) {
    const double z = (double(value) - 0.5) / 0.25;
    sum += z;
    squares += z * z;
    beyond_two += std::abs(z) > 2;
  }
  const double n = double(y.size());
  CHECK(sum / n == Approx(0).margin(5 / std::sqrt(n)));
  CHECK(squares / n == Approx(1).margin(5 * std::sqrt(2 / n)));
  CHECK(beyond_two / n == Approx(0.0455).margin(5 * std::sqrt(0.0455 / n)));
}

TEST_CASE("Salt and pepper change their amount of the values, half to each side") {
  const auto y = noisy(200, {{"kind", "salt_and_pepper"}, {"amount", 0.1}, {"low", -1}});
  CHECK(share(y, -1) == Approx(0.05).margin(5 * std::sqrt(0.05 / 2e5)));
  CHECK(share(y, 1) == Approx(0.05).margin(5 * std::sqrt(0.05 / 2e5)));
  CHECK(share(y, -1) + share(y, 1) + share(y, 0.5f) == 1);
}

TEST_CASE("A row's noise depends on the seed and its number alone") {
  for (const char* kind : {"binomial", "gaussian", "salt_and_pepper"}) {
    const auto few = noisy(2, {{"kind", kind}}), many = noisy(5, {{"kind", kind}});
    CHECK(std::equal(few.begin(), few.end(), many.begin()));
    CHECK_FALSE(std::equal(few.begin(), few.begin() + 1000, few.begin() + 1000));
    CHECK(noisy(2, {{"kind", kind}, {"seed", 1}}) != few);
  }
}
