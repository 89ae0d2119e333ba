#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "pipeline/nn/optimizer.h"
#include "pipeline/testing.h"

// The expected weights are PyTorch 1.13's in double precision, printed by reference.py beside this
// file, and those of nadam, adagrad and lion by keras_reference.py from Keras' formulas. Both
// minimise the same function.

using namespace pipeline;

namespace {

constexpr std::size_t kSize = 19;  // no multiple of a vector's length

/// Minimises the sum of a/2·(w - b)².
class Descent {
 public:
  Descent(const char* id, const Value::Map& params)
      : optimizer(components().make<nn::Optimizer>(id, params)), state(*optimizer, kSize) {
    for (std::size_t i = 0; i < kSize; ++i) w.push_back(float(std::sin(0.7 * double(i) + 1)));
  }
  void steps(int count, int threads = 1) {
    const nn::Threads workers(threads);
    for (int step = 0; step < count; ++step) {
      std::vector<float> g;
      for (std::size_t i = 0; i < kSize; ++i)
        g.push_back(float((0.5 + 0.1 * double(i)) * (w[i] - std::cos(0.9 * double(i)))));
      nn::update(*optimizer, w, g, state, workers);
    }
  }
  std::unique_ptr<nn::Optimizer> optimizer;
  nn::OptimizerState state;
  std::vector<float> w;

 private:
  static testing::Components& components() {
    static testing::Components made;
    return made;
  }
};

void check_weights(const Descent& found, double w0, double w7, double w18) {
  CHECK(found.w[0] == Approx(w0).margin(2e-6));
  CHECK(found.w[7] == Approx(w7).margin(2e-6));
  CHECK(found.w[18] == Approx(w18).margin(2e-6));
}

struct Case {
  const char* id;
  Value::Map params;
  std::vector<std::string> slots;
  double after[3][3];  ///< w0, w7, w18 after 1, 2 and 20 steps
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"sgd",
       {{"learning_rate", 0.1}},
       {},
       {{0.849397436, -0.209028429, 0.458838925},
        {0.856927564, -0.063961981, 0.150590299},
        {0.943169580, 0.893307889, -0.872029259}}},
      {"sgd",
       {{"learning_rate", 0.1}, {"momentum", 0.8}},
       {"momentum"},
       {{0.849397436, -0.209028429, 0.458838925},
        {0.863268724, 0.067916608, -0.169668013},
        {1.014616815, 0.877126234, -1.034958402}}},
      {"sgd",
       {{"learning_rate", 0.1}, {"momentum", 0.8}, {"nesterov", true}},
       {"momentum"},
       {{0.855738596, -0.077149840, 0.138580612},
        {0.873795051, 0.260986862, -0.539886622},
        {1.009518552, 0.963310710, -0.892885188}}},
      {"adadelta",
       {},
       {"accumulator", "delta_accumulator"},
       {{0.842884973, -0.372462452, 0.857747601},
        {0.844310706, -0.371030941, 0.856315939},
        {0.869100544, -0.344463777, 0.829699012}}},
      {"rmsprop",
       {},
       {"accumulator"},
       {{0.844633250, -0.370714388, 0.855999537},
        {0.846905378, -0.368422737, 0.853707357},
        {0.869200061, -0.345398754, 0.830664518}}},
      {"adam",
       {},
       {"m", "v"},
       {{0.842470945, -0.372876667, 0.858161816},
        {0.843470747, -0.371876687, 0.857161831},
        {0.861309758, -0.353894075, 0.839175526}}},
      {"adam",
       {{"amsgrad", true}},
       {"m", "v", "v_max"},
       {{0.842470945, -0.372876667, 0.858161816},
        {0.843470747, -0.371876687, 0.857161831},
        {0.861309758, -0.353894075, 0.839175526}}},
      {"adamw",
       {},
       {"m", "v"},
       {{0.842467579, -0.372875171, 0.858158379},
        {0.843464012, -0.371873700, 0.857154962},
        {0.861242275, -0.353864951, 0.839107602}}},
      {"rmsprop",
       {{"momentum", 0.8}},
       {"accumulator", "momentum"},
       {{0.844633250, -0.370714388, 0.855999537},
        {0.849435190, -0.365892915, 0.851177536},
        {0.946493616, -0.254911893, 0.739889086}}},
      {"rmsprop",
       {{"momentum", 0.8}, {"centered", true}},
       {"accumulator", "mean", "momentum"},
       {{0.844804304, -0.370543332, 0.855828482},
        {0.849994167, -0.365330539, 0.850615068},
        {0.978754914, -0.190643227, 0.675038710}}},
      {"nadam",
       {},
       {"m", "v"},
       {{0.842533771, -0.372813877, 0.858099027},
        {0.843305099, -0.372040546, 0.857325641},
        {0.857752284, -0.357381378, 0.842660817}}},
      {"adagrad",
       {},
       {"accumulator"},
       {{0.841714120, -0.372894571, 0.858164920},
        {0.841950029, -0.372194137, 0.857459117},
        {0.845400340, -0.366328804, 0.851579725}}},
      {"lion",
       {},
       {"m"},
       {{0.842470985, -0.372876665, 0.858161815},
        {0.843470985, -0.371876665, 0.857161815},
        {0.861470985, -0.353876665, 0.839161815}}}};
  return all;
}

}  // namespace

TEST_CASE("Each optimizer takes PyTorch's or Keras' way") {
  for (const Case& c : cases()) {
    INFO(c.id << " " << Value(c.params).to_json());
    Descent descent(c.id, c.params);
    CHECK(descent.optimizer->slots() == c.slots);
    descent.steps(1);
    check_weights(descent, c.after[0][0], c.after[0][1], c.after[0][2]);
    descent.steps(1);
    check_weights(descent, c.after[1][0], c.after[1][1], c.after[1][2]);
    descent.steps(18);
    check_weights(descent, c.after[2][0], c.after[2][1], c.after[2][2]);
  }
}

TEST_CASE("Slots that were saved and put back lead on to the same bits") {
  for (const Case& c : cases()) {
    INFO(c.id << " " << Value(c.params).to_json());
    Descent whole(c.id, c.params), first(c.id, c.params), second(c.id, c.params);
    whole.steps(9);
    first.steps(4);
    second.w = first.w;
    second.state.steps = first.state.steps;
    for (std::size_t i = 0; i < c.slots.size(); ++i) {
      const auto saved = first.state.slots[i].span();
      std::copy(saved.begin(), saved.end(), second.state.slots[i].data());
    }
    second.steps(5);
    CHECK(std::memcmp(second.w.data(), whole.w.data(), kSize * sizeof(float)) == 0);
  }
}

TEST_CASE("A weight without gradient stays where it is") {
  for (const Case& c : cases()) {
    INFO(c.id);
    if (c.id == std::string("adamw")) continue;  // its weights decay
    Descent descent(c.id, c.params);
    const std::vector<float> before = descent.w, none(kSize, 0.0f);
    for (int i = 0; i < 3; ++i)
      nn::update(*descent.optimizer, descent.w, none, descent.state, nn::Threads(1));
    CHECK(descent.w == before);
  }
}

TEST_CASE("An optimizer updates a range as part of the whole") {
  // Ranges of a weight may come out of a kernel one after another.
  for (const Case& c : cases()) {
    INFO(c.id);
    Descent whole(c.id, c.params), parts(c.id, c.params);
    std::vector<float> g;
    for (std::size_t i = 0; i < kSize; ++i) g.push_back(float(std::sin(double(i))));
    const nn::WeightInfo whole_array{"w", {kSize}, 0, kSize};
    const auto update = [&](Descent& d, std::size_t from, std::size_t count) {
      std::vector<std::span<float>> slots;
      for (auto& slot : d.state.slots) slots.push_back(slot.span().subspan(from, count));
      d.optimizer->update({std::span(d.w).subspan(from, count), std::span(g).subspan(from, count),
                           slots, 1, d.optimizer->learning_rate(0), whole_array});
    };
    update(whole, 0, kSize);
    for (auto [from, count] : {std::pair{0, 5}, std::pair{5, 1}, std::pair{6, 13}})
      update(parts, std::size_t(from), std::size_t(count));
    CHECK(parts.w == whole.w);
  }
}

TEST_CASE("Parameters out of range are refused") {
  testing::Components components;
  const auto make = [&](const char* id, const Value::Map& params) {
    components.make<nn::Optimizer>(id, params);
  };
  CHECK_THROWS_WITH(make("sgd", {{"learning_rate", 0}}),
                    "sgd: parameter 'learning_rate' must be above 0, got 0");
  CHECK_THROWS_AS(make("sgd", {{"momentum", 1}}), Error);
  CHECK_THROWS_AS(make("rmsprop", {{"rho", -0.1}}), Error);
  CHECK_THROWS_AS(make("adadelta", {{"epsilon", 0}}), Error);
  CHECK_THROWS_AS(make("adam", {{"beta_2", 1}}), Error);
  // As floats these are 1 and 0.
  for (const char* decay : {"beta_1", "beta_2"})
    CHECK_THROWS_AS(make("adam", {{decay, 0.99999999}}), Error);
  CHECK_THROWS_AS(make("rmsprop", {{"rho", 0.99999999}}), Error);
  CHECK_THROWS_AS(make("adadelta", {{"rho", 0.99999999}}), Error);
  for (const char* id : {"adam", "rmsprop", "adadelta"})
    CHECK_THROWS_AS(make(id, {{"epsilon", 1e-46}}), Error);
  for (const char* id : {"sgd", "rmsprop"})
    CHECK_THROWS_WITH(make(id, {{"momentum", 0.99999999}}),
                      Catch::Contains("parameter 'momentum' must be at least 0 and below 1 and a "
                                      "number that single precision holds") &&
                          Catch::Contains("got 0.99999999, which is 1 there"));
  for (const char* id : {"sgd", "rmsprop", "adadelta", "adam", "adamw", "nadam", "adagrad", "lion"})
    CHECK_THROWS_WITH(make(id, {{"learning_rate", 1e-50}}),
                      Catch::Contains("parameter 'learning_rate'") &&
                          Catch::Contains("got 1e-50, which is 0 there"));
  CHECK_THROWS_WITH(make("sgd", {{"learning_rate", true}}),
                    Catch::Contains("must be a number or a schedule"));
  CHECK_THROWS_WITH(make("adam", {{"beta1", 0.9}}), Catch::Contains("did you mean 'beta_1'?"));
}

TEST_CASE("Defaults are Keras'") {
  testing::Components components;
  const auto defaults = [&](const char* id) {
    return parameters_of(*components.make<nn::Optimizer>(id)).to_json();
  };
  const std::string shared_1 = R"("clipnorm":null,"clipvalue":null,)";
  const std::string shared_2 = R"("exclude_from_weight_decay":[],"global_clipnorm":null,)";
  CHECK(defaults("sgd") == "{" + shared_1 + shared_2 +
                               R"("learning_rate":0.01,"momentum":0.0,"nesterov":false,)"
                               R"("weight_decay":null})");
  CHECK(defaults("adadelta") == "{" + shared_1 + R"("epsilon":1e-07,)" + shared_2 +
                                    R"("learning_rate":1.0,"rho":0.95,"weight_decay":null})");
  CHECK(defaults("rmsprop") ==
        R"({"centered":false,)" + shared_1 + R"("epsilon":1e-07,)" + shared_2 +
            R"("learning_rate":0.001,"momentum":0.0,"rho":0.9,"weight_decay":null})");
  for (const auto& [id, decay] : {std::pair{"adam", "null"}, std::pair{"adamw", "0.004"}})
    CHECK(defaults(id) == R"({"amsgrad":false,"beta_1":0.9,"beta_2":0.999,)" + shared_1 +
                              R"("epsilon":1e-07,)" + shared_2 +
                              R"("learning_rate":0.001,"weight_decay":)" + decay + "}");
  CHECK(defaults("nadam") == R"({"beta_1":0.9,"beta_2":0.999,)" + shared_1 + R"("epsilon":1e-07,)" +
                                 shared_2 + R"("learning_rate":0.001,"weight_decay":null})");
  CHECK(defaults("adagrad") == "{" + shared_1 + R"("epsilon":1e-07,)" + shared_2 +
                                   R"("initial_accumulator_value":0.1,"learning_rate":0.001,)"
                                   R"("weight_decay":null})");
  CHECK(defaults("lion") == R"({"beta_1":0.9,"beta_2":0.99,)" + shared_1 + shared_2 +
                                R"("learning_rate":0.001,"weight_decay":null})");
}

TEST_CASE("Adam's first step is the learning rate, also with a beta close to 1") {
  // m = (1 - beta_1)·g and v = (1 - beta_2)·g², and the correction takes both factors away.
  testing::Components components;
  const auto adam = components.make<nn::Optimizer>("adam", {{"beta_2", 0.99999}});
  nn::OptimizerState state(*adam, 1);
  std::vector<float> w{0};
  nn::update(*adam, w, std::vector<float>{1}, state, nn::Threads(1));
  const double v = 1 - double(0.99999f);
  CHECK(w[0] == Approx(-0.001 * std::sqrt(v) / (std::sqrt(v) + 1e-7)).epsilon(1e-6));
}
