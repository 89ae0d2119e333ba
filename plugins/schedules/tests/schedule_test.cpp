#include <catch2/catch.hpp>
#include <cmath>

#include "pipeline/nn/optimizer.h"
#include "pipeline/testing.h"

// Expected rates are worked out by hand from the formulas of Keras 3's learning_rate_schedule.py;
// those of a cosine from its values at multiples of 45 and 60 degrees.

using namespace pipeline;

namespace {

struct Case {
  const char* id;
  Value::Map params;
  std::vector<std::pair<std::int64_t, double>> rates;
};

const Value::Map kTenths = {{"initial_learning_rate", 0.1}, {"decay_steps", 10}};
Value::Map tenths(Value::Map more) {
  more.insert(kTenths.begin(), kTenths.end());
  return more;
}

}  // namespace

TEST_CASE("Schedules follow Keras' formulas") {
  const double root = std::sqrt(0.5);
  const std::vector<Case> cases = {
      {"constant", {{"learning_rate", 0.3}}, {{0, 0.3}, {1000000, 0.3}}},
      {"exponential_decay",
       tenths({{"decay_rate", 0.25}}),
       {{0, 0.1}, {5, 0.05}, {10, 0.025}, {20, 0.00625}, {25, 0.003125}}},
      {"exponential_decay",
       tenths({{"decay_rate", 0.25}, {"staircase", true}}),
       {{0, 0.1}, {9, 0.1}, {10, 0.025}, {19, 0.025}, {20, 0.00625}}},
      {"inverse_time_decay",
       tenths({{"decay_rate", 3}}),
       {{0, 0.1}, {5, 0.04}, {10, 0.025}, {30, 0.01}}},
      {"inverse_time_decay",
       tenths({{"decay_rate", 3}, {"staircase", true}}),
       {{9, 0.1}, {10, 0.025}, {19, 0.025}, {30, 0.01}}},
      {"polynomial_decay",
       tenths({{"end_learning_rate", 0.02}}),
       {{0, 0.1}, {5, 0.06}, {10, 0.02}, {99, 0.02}}},
      {"polynomial_decay", tenths({}), {{0, 0.1}, {10, 0.0001}}},
      {"polynomial_decay",
       tenths({{"end_learning_rate", 0.02}, {"power", 2}}),
       {{0, 0.1}, {5, 0.04}, {10, 0.02}}},
      {"polynomial_decay",
       tenths({{"end_learning_rate", 0.02}, {"cycle", true}}),
       {{0, 0.1}, {10, 0.02}, {15, 0.04}, {20, 0.02}, {21, 0.044}}},
      {"cosine_decay",
       {{"initial_learning_rate", 0.1}, {"decay_steps", 12}},
       {{0, 0.1}, {3, 0.05 * (1 + root)}, {4, 0.075}, {6, 0.05}, {8, 0.025}, {12, 0}, {99, 0}}},
      {"cosine_decay",
       {{"initial_learning_rate", 0.1}, {"decay_steps", 12}, {"alpha", 0.2}},
       {{0, 0.1}, {4, 0.08}, {6, 0.06}, {12, 0.02}, {99, 0.02}}},
      {"cosine_decay",
       {{"initial_learning_rate", 0},
        {"decay_steps", 12},
        {"warmup_target", 0.1},
        {"warmup_steps", 5}},
       {{0, 0}, {1, 0.02}, {4, 0.08}, {5, 0.1}, {9, 0.075}, {17, 0}, {99, 0}}},
      {"piecewise_constant_decay",
       {{"boundaries", Value::List{4, 9}}, {"values", Value::List{0.3, 0.2, 0.1}}},
       {{0, 0.3}, {4, 0.3}, {5, 0.2}, {9, 0.2}, {10, 0.1}, {99, 0.1}}},
      {"warm_up", {{"warmup_steps", 4}, {"after", 0.2}}, {{0, 0}, {1, 0.05}, {4, 0.2}, {99, 0.2}}},
      {"warm_up",
       {{"warmup_steps", 4},
        {"initial_learning_rate", 0.02},
        {"after", Value::Map{{"exponential_decay", tenths({{"decay_rate", 0.25}})}}}},
       {{0, 0.02}, {2, 0.06}, {4, 0.1}, {9, 0.05}, {14, 0.025}}}};
  testing::Components components;
  for (const Case& c : cases) {
    const auto schedule = components.make<nn::Schedule>(c.id, c.params);
    for (const auto& [step, rate] : c.rates) {
      INFO(c.id << " " << Value(c.params).to_json() << " at " << step);
      CHECK(schedule->at(step) == Approx(rate).epsilon(1e-14).margin(1e-17));
    }
  }
}

TEST_CASE("A schedule's steps count from 0, and the factor of the state multiplies its rates") {
  testing::Components components(testing::built_plugins());
  const Value rates =
      Value::Map{{"piecewise_constant_decay",
                  Value::Map{{"boundaries", Value::List{0}}, {"values", Value::List{0.5, 0.25}}}}};
  const auto sgd = components.make<nn::Optimizer>("sgd", {{"learning_rate", rates}});
  nn::OptimizerState state(*sgd, 1);
  state.rate_factor = 0.5;
  std::vector<float> w{0};
  nn::update(*sgd, w, std::vector<float>{1}, state, nn::Threads(1));
  CHECK(w[0] == -0.25f);
  nn::update(*sgd, w, std::vector<float>{1}, state, nn::Threads(1));
  CHECK(w[0] == -0.375f);
}

TEST_CASE("A learning rate that is a number stays a number, and a schedule a map") {
  testing::Components components(testing::built_plugins());
  const auto written = [&](const Value& rate) {
    return parameters_of(*components.make<nn::Optimizer>("sgd", {{"learning_rate", rate}}))
        .at("learning_rate")
        .to_json();
  };
  CHECK(written(0.02) == "0.02");
  const Value constant = Value::Map{{"constant", Value::Map{{"learning_rate", 0.02}}}};
  CHECK(written(constant) == R"({"constant":{"learning_rate":0.02}})");
}

TEST_CASE("Schedules that cannot be are refused") {
  testing::Components components;
  const auto make = [&](const char* id, const Value::Map& params) {
    return components.make<nn::Schedule>(id, params);
  };
  CHECK_THROWS_WITH(make("cosine_decay", {}), Catch::Contains("initial_learning_rate"));
  CHECK_THROWS_WITH(make("constant", {{"learning_rate", 1e-50}}),
                    Catch::Contains("got 1e-50, which is 0 there"));
  CHECK_THROWS_AS(make("exponential_decay", tenths({{"decay_rate", 0}})), Error);
  CHECK_THROWS_AS(make("cosine_decay", {{"initial_learning_rate", 1}, {"decay_steps", 0}}), Error);
  const auto check = [&](Value::List boundaries, Value::List values) {
    make("piecewise_constant_decay", {{"boundaries", boundaries}, {"values", values}})->check();
  };
  CHECK_THROWS_WITH(check({1, 2}, {0.1, 0.2}), Catch::Contains("one item more"));
  CHECK_THROWS_WITH(check({2, 2}, {0.1, 0.2, 0.3}), Catch::Contains("must rise, got 2 behind 2"));
}
