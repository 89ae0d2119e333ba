#include "pipeline/nn/optimizer.h"
#include "pipeline/nn/optimizer_steps.h"
#include "pipeline/plugin.h"

namespace {
using namespace pipeline;

/// RMSprop (Tieleman and Hinton, 2012: lecture 6.5 of "Neural networks for machine learning"), as
/// in Keras 2, with epsilon outside the root:
///   a = rho·a + (1 - rho)·g²
///   w -= learning_rate·g / (sqrt(a) + epsilon)
class Rmsprop : public nn::Optimizer {
 public:
  void declare(Declaration& d) override {
    d.summary("RMSprop: steps scaled by a running mean of squared gradients");
    d.param("learning_rate", learning_rate_, "length of a step").above(0);
    d.param("rho", rho_, "share of the running mean that is kept")
        .at_least(0)
        .at_most(nn::steps::kLargestDecay);
    d.param("epsilon", epsilon_, "keeps the divisor away from zero")
        .at_least(nn::steps::kSmallestEpsilon);
  }
  std::vector<std::string> slots() const override { return {"accumulator"}; }
  void update(std::span<float> weights, std::span<const float> gradients,
              std::span<const std::span<float>> slots, std::int64_t) const override {
    nn::steps::rmsprop(weights, gradients, slots[0], float(learning_rate_), float(rho_),
                       float(epsilon_));
  }

 private:
  double learning_rate_ = 0.001;
  double rho_ = 0.9;
  double epsilon_ = 1e-7;
};

}  // namespace

PIPELINE_COMPONENT("rmsprop", Rmsprop);
