#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "pipeline/nn/optimizer.h"
#include "pipeline/testing.h"

// What all optimizers share: clipping, decay of weights, the learning rate's factor. With sgd at
// rate 1 a step is the gradient that was left.

using namespace pipeline;

namespace {

/// Two arrays of odd sizes, the first beyond one piece, and what lies between them.
const std::vector<nn::WeightInfo> kArrays = {{"dense/kernel", {20003}, 0, 20003},
                                             {"dense/bias", {37}, 20016, 37}};
constexpr std::size_t kSize = 20064;

std::vector<float> gradients() {
  std::vector<float> g(kSize);
  for (std::size_t i = 0; i < kSize; ++i) g[i] = float(std::sin(0.37 * double(i)) * 2);
  return g;
}

double norm(const std::vector<float>& values, const nn::WeightInfo& array) {
  double sum = 0;
  for (std::size_t i = 0; i < array.size; ++i) sum += std::pow(double(values[array.offset + i]), 2);
  return std::sqrt(sum);
}

/// The weights after `count` steps from `start`.
std::vector<float> after(const char* id, const Value::Map& params, float start, int count = 1,
                         int threads = 1, double rate_factor = 1) {
  static testing::Components components;
  const auto optimizer = components.make<nn::Optimizer>(id, params);
  nn::OptimizerState state(*optimizer, kSize);
  state.rate_factor = rate_factor;
  std::vector<float> w(kSize, start);
  const nn::Threads workers(threads);
  for (int i = 0; i < count; ++i) nn::update(*optimizer, w, gradients(), state, workers, kArrays);
  return w;
}

/// The gradients that a step of sgd has followed.
std::vector<float> followed(Value::Map params) {
  params["learning_rate"] = 1;
  std::vector<float> w = after("sgd", params, 0);
  for (float& value : w) value = -value;
  return w;
}

void check_scaled(const std::vector<float>& found, const nn::WeightInfo& array, double factor) {
  const std::vector<float> g = gradients();
  double largest = 0;
  for (std::size_t i = array.offset; i < array.offset + array.size; ++i)
    largest = std::max(largest, std::abs(found[i] - factor * g[i]));
  INFO(array.path);
  CHECK(largest < 1e-6);
}

}  // namespace

TEST_CASE("clipnorm shortens the gradient of each array that is longer") {
  const double kernel = norm(gradients(), kArrays[0]), bias = norm(gradients(), kArrays[1]);
  REQUIRE(bias < 10);
  REQUIRE(kernel > 10);
  const auto found = followed({{"clipnorm", 10}});
  check_scaled(found, kArrays[0], 10 / kernel);
  check_scaled(found, kArrays[1], 1);
}

TEST_CASE("global_clipnorm shortens all gradients by the norm of all") {
  const double all = std::hypot(norm(gradients(), kArrays[0]), norm(gradients(), kArrays[1]));
  const auto found = followed({{"global_clipnorm", 10}});
  for (const nn::WeightInfo& array : kArrays) check_scaled(found, array, 10 / all);
  for (const nn::WeightInfo& array : kArrays)
    check_scaled(followed({{"global_clipnorm", all * 1.01}}), array, 1);
}

TEST_CASE("clipvalue limits each value") {
  const std::vector<float> g = gradients(), found = followed({{"clipvalue", 0.5}});
  for (const nn::WeightInfo& array : kArrays)
    for (std::size_t i = array.offset; i < array.offset + array.size; ++i)
      if (found[i] != std::min(0.5f, std::max(-0.5f, g[i]))) FAIL_CHECK(i << ": " << found[i]);
}

TEST_CASE("Of the three ways to clip one is possible") {
  testing::Components components;
  const auto optimizer =
      components.make<nn::Optimizer>("adam", {{"clipnorm", 1}, {"clipvalue", 1}});
  CHECK_THROWS_WITH(optimizer->check(),
                    Catch::StartsWith("optimizer adam: 'clipnorm' and 'clipvalue' are given"));
  CHECK_NOTHROW(components.make<nn::Optimizer>("adam", {{"clipnorm", 1}})->check());
}

TEST_CASE("Weights decay by rate and share before the step, but not those that are left out") {
  // w - 0.1·0.5·w, and then the step.
  const auto plain = after("sgd", {{"learning_rate", 0.1}}, 0);
  const auto found = after("sgd",
                           {{"learning_rate", 0.1},
                            {"weight_decay", 0.5},
                            {"exclude_from_weight_decay", Value::List{"bias"}}},
                           1);
  for (std::size_t i : {0u, 777u, 20002u}) CHECK(found[i] == Approx(0.95 + plain[i]).margin(1e-6));
  for (std::size_t i : {20016u, 20052u}) CHECK(found[i] == Approx(1 + plain[i]).margin(1e-6));
}

TEST_CASE("What lies between arrays stays as it is") {
  const auto found = after("adamw", {{"clipnorm", 1}}, 1, 2);
  for (std::size_t i = 20003; i < 20016; ++i) CHECK(found[i] == 1);
  for (std::size_t i = 20053; i < kSize; ++i) CHECK(found[i] == 1);
}

TEST_CASE("No bit depends on the threads") {
  for (const char* id : {"sgd", "rmsprop", "adadelta", "adam", "adamw", "nadam", "adagrad", "lion"})
    for (const char* clip : {"clipnorm", "global_clipnorm", "clipvalue"}) {
      INFO(id << " " << clip);
      const auto one = after(id, {{clip, 0.7}}, 0.3f, 3);
      for (int threads : {2, 5}) {
        const auto many = after(id, {{clip, 0.7}}, 0.3f, 3, threads);
        CHECK(std::memcmp(one.data(), many.data(), kSize * sizeof(float)) == 0);
      }
    }
}

TEST_CASE("The factor of the state multiplies the learning rate") {
  CHECK(after("sgd", {{"learning_rate", 0.5}}, 0, 2, 1, 0.25) ==
        after("sgd", {{"learning_rate", 0.125}}, 0, 2));
}

TEST_CASE("A gradient that is not finite shows in the weights") {
  testing::Components components;
  for (const char* clip : {"clipnorm", "global_clipnorm"})
    for (float bad : {std::nanf(""), INFINITY}) {
      const auto optimizer = components.make<nn::Optimizer>("lion", {{clip, 1}});
      nn::OptimizerState state(*optimizer, 3);
      std::vector<float> w(3);
      nn::update(*optimizer, w, std::vector<float>{1, bad, 1}, state, nn::Threads(1));
      CHECK(std::isnan(w[1]));
    }
}
