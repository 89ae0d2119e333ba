#include "pipeline/nn/optimizer_steps.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>

#include "support.h"

using namespace pipeline::nn;

namespace {

constexpr std::size_t kSize = 37;  // no multiple of a vector

struct State {
  std::vector<float> w = random_values(kSize, 1), a = std::vector<float>(kSize),
                     b = std::vector<float>(kSize);
};
struct Exact {
  double w, a = 0, b = 0;
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
