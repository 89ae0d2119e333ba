#include "pipeline/nn/weight_rules.h"

#include <catch2/catch.hpp>

#include "pipeline/nn/testing.h"

using namespace pipeline;
using namespace pipeline::nn;

namespace {

/// y = x·w, value by value, with rules on w, and a weight without any.
class Scaled : public Layer {
 public:
  explicit Scaled(WeightRules rules) : rules_(rules) {}
  void declare(Declaration&) override {}
  Shape build(const std::vector<Shape>& inputs, Builder& builder) override {
    builder.weight("free", free_, {2}, Initializer::constant(5));
    builder.weight("w", w_, inputs[0], Initializer::zeros(), rules_);
    return inputs[0];
  }
  void forward(const ForwardBlock&) const override {}
  void backward(const BackwardBlock&) const override {}

 private:
  WeightRules rules_;
  Weight free_, w_;
};

struct Ruled {
  Graph graph;
  std::span<float> w, all;

  Ruled(WeightRules rules, const std::vector<float>& values) {
    const NodeId x = graph.add_input({std::int64_t(values.size())});
    const NodeId node = graph.add(std::make_unique<Scaled>(rules), {x}, "scaled");
    graph.initialise(1);
    all = graph.weights();
    w = graph.values(graph.weight_infos(node)[1]);
    std::copy(values.begin(), values.end(), w.begin());
  }
};

}  // namespace

TEST_CASE("A penalty is l1 times sizes and l2 times squares, of the weights that have it") {
  Ruled ruled({.regularizer = {0.5, 0.25}}, {3, -4, 0});
  CHECK(ruled.graph.penalty() == 0.5 * 7 + 0.25 * 25);
  std::vector<float> gradients(ruled.all.size(), 1.0f);
  ruled.graph.add_penalty_gradients(gradients);
  const std::size_t first = std::size_t(ruled.w.data() - ruled.all.data());
  CHECK(gradients[0] == 1);
  CHECK(gradients[first] == 1 + 0.5f + 0.5f * 3);
  CHECK(gradients[first + 1] == 1 - 0.5f - 0.5f * 4);
  CHECK(gradients[first + 2] == 1);
  CHECK(Ruled({}, {3, -4}).graph.penalty() == 0);
}

TEST_CASE("A penalty's gradient is that of central differences") {
  Ruled ruled({.regularizer = {0.03, 0.7}}, {0.3f, -0.4f, 1.5f});
  std::vector<float> gradients(ruled.all.size(), 0.0f);
  ruled.graph.add_penalty_gradients(gradients);
  for (std::size_t i = 0; i < 3; ++i) {
    const float kept = ruled.w[i], step = 0x1p-7f;
    ruled.w[i] = kept + step;
    const double up = ruled.graph.penalty();
    ruled.w[i] = kept - step;
    const double numeric = (up - ruled.graph.penalty()) / (2 * double(step));
    ruled.w[i] = kept;
    CHECK(double(gradients[std::size_t(ruled.w.data() - ruled.all.data()) + i]) ==
          Approx(numeric).epsilon(1e-5));
  }
}

TEST_CASE("Constraints bring back what is beyond them, output by output") {
  using Kind = Constraint::Kind;
  const auto applied = [](Constraint constraint, std::vector<float> w, const Shape& shape) {
    constraint.apply(w, shape);
    return w;
  };
  // Lengths 5 and 1 by hand.
  const std::vector<float> w{3, -4, 0.6f, 0.8f};
  const auto limited = applied({Kind::max_norm, 2}, w, {2, 2});
  CHECK(limited[0] == Approx(1.2));
  CHECK(limited[1] == Approx(-1.6));
  CHECK(limited[2] == 0.6f);
  CHECK(limited[3] == 0.8f);
  const auto unit = applied({Kind::unit_norm}, w, {2, 2});
  CHECK(unit[0] == Approx(0.6));
  CHECK(unit[3] == Approx(0.8));
  CHECK(applied({Kind::non_neg}, w, {2, 2}) == std::vector<float>{3, 0, 0.6f, 0.8f});
  CHECK(applied({}, w, {2, 2}) == w);
  // A bias is one vector; what is all zero stays.
  CHECK(applied({Kind::max_norm, 2}, {3, -4}, {2})[0] == Approx(1.2));
  CHECK(applied({Kind::unit_norm}, {0, 0}, {1, 2}) == std::vector<float>{0, 0});
}

TEST_CASE("A graph constrains the weights that ask for it and no others") {
  Ruled ruled({.constraint = {Constraint::Kind::non_neg}}, {-1, 2});
  ruled.all[0] = -5;
  ruled.graph.constrain();
  CHECK(ruled.all[0] == -5);
  CHECK(ruled.w[0] == 0);
  CHECK(ruled.w[1] == 2);
}
