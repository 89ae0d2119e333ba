#include "pipeline/nn/optimizer_steps.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>

#include "support.h"

using namespace pipeline::nn;

namespace {

constexpr std::size_t kSize = 37;  // no multiple of a vector

struct State {
  std::vector<float> w = random_values(kSize, 1), a = std::vector<float>(kSize),
                     b = std::vector<float>(kSize), c = std::vector<float>(kSize);
};
struct Exact {
  double w, a = 0, b = 0, c = 0;
};

struct Rule {
  const char* name;
  std::function<void(State&, const std::vector<float>&, int)> step;
  std::function<void(Exact&, double, int)> exact;
};

const std::vector<Rule> kRules = {
    {"sgd", [](State& s, const auto& g, int) { steps::sgd(s.w, g, 0.1f); },
     [](Exact& e, double g, int) { e.w -= 0.1 * g; }},
    {"momentum",
     [](State& s, const auto& g, int) { steps::sgd_momentum(s.w, g, s.a, 0.1f, 0.9f, false); },
     [](Exact& e, double g, int) {
       e.a = 0.9 * e.a - 0.1 * g;
       e.w += e.a;
     }},
    {"nesterov",
     [](State& s, const auto& g, int) { steps::sgd_momentum(s.w, g, s.a, 0.1f, 0.9f, true); },
     [](Exact& e, double g, int) {
       e.a = 0.9 * e.a - 0.1 * g;
       e.w += 0.9 * e.a - 0.1 * g;
     }},
    {"rmsprop",
     [](State& s, const auto& g, int) { steps::rmsprop(s.w, g, s.a, 0.01f, 0.9f, 1e-7f); },
     [](Exact& e, double g, int) {
       e.a = 0.9 * e.a + 0.1 * g * g;
       e.w -= 0.01 * g / (std::sqrt(e.a) + 1e-7);
     }},
    {"adadelta",
     [](State& s, const auto& g, int) { steps::adadelta(s.w, g, s.a, s.b, 1, 0.95f, 1e-7f); },
     [](Exact& e, double g, int) {
       e.a = 0.95 * e.a + 0.05 * g * g;
       const double u = g * std::sqrt(e.b + 1e-7) / std::sqrt(e.a + 1e-7);
       e.w -= u;
       e.b = 0.95 * e.b + 0.05 * u * u;
     }},
    {"adam",
     [](State& s, const auto& g, int t) {
       const double rate = 0.01 * std::sqrt(1 - std::pow(0.999, t)) / (1 - std::pow(0.9, t));
       steps::adam(s.w, g, s.a, s.b, float(rate), 0.9f, 0.999f, 1e-7f);
     },
     [](Exact& e, double g, int t) {
       e.a = 0.9 * e.a + 0.1 * g;
       e.b = 0.999 * e.b + 0.001 * g * g;
       e.w -= 0.01 * std::sqrt(1 - std::pow(0.999, t)) / (1 - std::pow(0.9, t)) * e.a /
              (std::sqrt(e.b) + 1e-7);
     }},
    {"amsgrad",
     [](State& s, const auto& g, int) {
       steps::amsgrad(s.w, g, s.a, s.b, s.c, 0.01f, 0.9f, 0.5f, 1e-7f);
     },
     [](Exact& e, double g, int) {
       e.a = 0.9 * e.a + 0.1 * g;
       e.b = 0.5 * e.b + 0.5 * g * g;
       e.c = std::max(e.c, e.b);
       e.w -= 0.01 * e.a / (std::sqrt(e.c) + 1e-7);
     }},
    {"nadam",
     [](State& s, const auto& g, int) {
       steps::nadam(s.w, g, s.a, s.b, {0.01f, 0.002f, 0.9f, 0.999f, 1e-7f});
     },
     [](Exact& e, double g, int) {
       e.a = 0.9 * e.a + 0.1 * g;
       const double beta = 0.999f;  // without a correction of the bias its rounding shows
       e.b = beta * e.b + (1 - beta) * g * g;
       e.w -= (0.01 * e.a + 0.002 * g) / (std::sqrt(e.b) + 1e-7);
     }},
    {"adagrad", [](State& s, const auto& g, int) { steps::adagrad(s.w, g, s.a, 0.01f, 0.1f); },
     [](Exact& e, double g, int) {
       e.a += g * g;
       e.w -= 0.01 * g / std::sqrt(e.a + 0.1);
     }},
    {"lion", [](State& s, const auto& g, int) { steps::lion(s.w, g, s.a, 0.01f, 0.9f, 0.99f); },
     [](Exact& e, double g, int) {
       const double direction = 0.9 * e.a + 0.1 * g;
       e.a = 0.99 * e.a + 0.01 * g;
       e.w -= 0.01 * ((direction > 0) - (direction < 0));
     }},
    {"rmsprop with momentum",
     [](State& s, const auto& g, int) {
       steps::rmsprop_momentum(s.w, g, s.a, s.b, 0.01f, 0.9f, 0.8f, 1e-3f);
     },
     [](Exact& e, double g, int) {
       e.a = 0.9 * e.a + 0.1 * g * g;
       e.b = 0.8 * e.b + 0.01 * g / (std::sqrt(e.a) + 1e-3);
       e.w -= e.b;
     }},
    {"rmsprop centered",
     [](State& s, const auto& g, int) {
       steps::rmsprop_centered(s.w, g, s.a, s.b, s.c, 0.01f, 0.9f, 0.8f, 1e-3f);
     },
     [](Exact& e, double g, int) {
       e.a = 0.9 * e.a + 0.1 * g * g;
       e.b = 0.9 * e.b + 0.1 * g;
       e.c = 0.8 * e.c + 0.01 * g / (std::sqrt(e.a - e.b * e.b) + 1e-3);
       e.w -= e.c;
     }}};

}  // namespace

TEST_CASE("Optimizers' steps follow their formulas, with equal bits on every instruction set") {
  const Rule rule = GENERATE(from_range(kRules));
  CAPTURE(rule.name);
  const auto results = on_each_simd([&] {
    State state;
    for (int t = 1; t <= 5; ++t) rule.step(state, random_values(kSize, 10 + unsigned(t)), t);
    return state.w;
  });
  CHECK(all_same_bits(results));
  std::vector<double> expected;
  const State start;
  for (std::size_t i = 0; i < kSize; ++i) {
    Exact e{start.w[i]};
    for (int t = 1; t <= 5; ++t) rule.exact(e, random_values(kSize, 10 + unsigned(t))[i], t);
    expected.push_back(e.w);
  }
  CHECK(distance(results[0], expected) < 1e-6);
}
