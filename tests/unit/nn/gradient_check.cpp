// The check of a layer's gradients finds each sort of mistake that layers are written with.
#include <catch2/catch.hpp>

#include "pipeline/nn/testing.h"

using namespace pipeline;
using namespace pipeline::nn;

namespace {

enum class Fault {
  none,
  sign,
  factor,
  missing_term,
  wrong_weight,
  missing_weight_gradient,
  stale_member,
  added_to_what_was_there,
  lanes_mixed_up,
  unused_lanes
};

/// y = gain[c]·x³ + x + bias[c], with a mistake in backward().
class Cubic : public BatchLayer {
 public:
  explicit Cubic(Fault fault) : fault_(fault) {}
  void declare(Declaration&) override {}
  Shape build(const std::vector<Shape>& inputs, Builder& builder) override {
    builder.weight("gain", gain_, {inputs[0][0]}, Initializer::constant(1));
    builder.weight("bias", bias_, {inputs[0][0]}, Initializer::zeros());
    return inputs[0];
  }
  void forward_batch(const ForwardBatch& f) override {
    for (int b = 0; b < f.y.blocks(); ++b)
      each(f.y.block(b), [&](float& y, int c, int lane) {
        const float x = f.x[0]->block(b).at(c, 0, 0, lane);
        y = gain_.data()[c] * x * x * x + x + bias_.data()[c];
      });
    if (old_x_.empty()) remember(*f.x[0]);
  }
  void backward_batch(const BackwardBatch& f) override {
    std::fill(f.gradients.begin(), f.gradients.end(), 0.0f);
    for (int b = 0; b < f.y.blocks(); ++b)
      each(f.dx[0]->block(b), [&](float& dx, int c, int lane) {
        const bool used = lane < f.y.lanes(b);
        float x = f.x[0]->block(b).at(c, 0, 0, lane);
        float dy = std::as_const(f.dy).block(b).at(c, 0, 0, lane);
        if (fault_ == Fault::stale_member) x = old_x_[std::size_t((b * 3 + c) * kLanes + lane)];
        f.gradient(bias_)[c] += fault_ == Fault::missing_weight_gradient ? 0 : dy;
        f.gradient(gain_)[c] += dy * x * x * (fault_ == Fault::wrong_weight ? 1 : x);
        if (fault_ == Fault::lanes_mixed_up && b == 0)
          dy = std::as_const(f.dy).block(b).at(c, 0, 0, lane ^ 8);
        float slope = 3 * gain_.data()[c] * x * x + (fault_ == Fault::missing_term ? 0 : 1);
        if (fault_ == Fault::sign) slope = -slope;
        if (fault_ == Fault::factor) slope *= -3;
        const float before = fault_ == Fault::added_to_what_was_there ? dx : 0;
        dx = before + dy * slope;
        if (!used) dx = fault_ == Fault::unused_lanes ? 1.0f : 0.0f;
      });
  }

 private:
  template <class F>
  static void each(const Block& block, F f) {
    for (int c = 0; c < block.channels; ++c)
      for (int lane = 0; lane < kLanes; ++lane) f(block.at(c, 0, 0, lane), c, lane);
  }
  void remember(const Batch& x) {
    for (int b = 0; b < x.blocks(); ++b)
      for (int c = 0; c < 3; ++c)
        for (int lane = 0; lane < kLanes; ++lane) old_x_.push_back(x.block(b).at(c, 0, 0, lane));
  }
  Fault fault_;
  Weight gain_, bias_;
  std::vector<float> old_x_;
};

double error_of(Fault fault) {
  testing::LayerGraph g(std::make_unique<Cubic>(fault), {{3}});
  return testing::gradient_error(g, {testing::spread_values(19 * 3, 1, 7)}, 19);
}

}  // namespace

TEST_CASE("The gradient check passes a right layer") { CHECK(error_of(Fault::none) < 2e-3); }

TEST_CASE("The gradient check finds every sort of mistake") {
  const Fault fault =
      GENERATE(Fault::sign, Fault::factor, Fault::missing_term, Fault::wrong_weight,
               Fault::missing_weight_gradient, Fault::stale_member, Fault::added_to_what_was_there,
               Fault::lanes_mixed_up, Fault::unused_lanes);
  CAPTURE(int(fault));
  CHECK(error_of(fault) > 0.05);
}

TEST_CASE("The weights of a layer that is checked are neither 0 nor 1 nor alike") {
  testing::LayerGraph g(std::make_unique<Cubic>(Fault::none), {{3}});
  std::vector<float> all;
  for (const WeightInfo& info : g.graph.weight_infos())
    for (float value : g.graph.values(info)) all.push_back(value);
  CHECK(all.size() == 6);
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(std::abs(all[i]) > 0.1);
    CHECK(std::abs(all[i] - 1) > 0.05);
    for (std::size_t j = i % 3 + 1; i < 3 && j < 3; ++j) CHECK(all[i] != all[j]);
  }
}
