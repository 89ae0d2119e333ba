#include "pipeline/nn/optimizer.h"
#include "pipeline/nn/optimizer_steps.h"
#include "pipeline/plugin.h"

namespace {
using namespace pipeline;

/// Adadelta (Zeiler, 2012: "ADADELTA: an adaptive learning rate method"), as in Keras 2:
///   a = rho·a + (1 - rho)·g²
///   u = g·sqrt(d + epsilon) / sqrt(a + epsilon)
///   w -= learning_rate·u
///   d = rho·d + (1 - rho)·u²
/// Keras 2.0 to 2.3 begin at learning rate 1, as here and in the paper; tf.keras at 0.001.
class Adadelta : public nn::Optimizer {
 public:
  void declare(Declaration& d) override {
    d.summary("Adadelta: steps scaled by running means of past gradients and steps (Zeiler, 2012)");
    d.param("learning_rate", learning_rate_, "factor of each step").above(0);
    d.param("rho", rho_, "share of the running means that is kept")
        .at_least(0)
        .at_most(nn::steps::kLargestDecay);
    d.param("epsilon", epsilon_, "keeps the roots away from zero")
        .at_least(nn::steps::kSmallestEpsilon);
  }
  std::vector<std::string> slots() const override { return {"accumulator", "delta_accumulator"}; }
  void update(std::span<float> weights, std::span<const float> gradients,
              std::span<const std::span<float>> slots, std::int64_t) const override {
    nn::steps::adadelta(weights, gradients, slots[0], slots[1], float(learning_rate_), float(rho_),
                        float(epsilon_));
  }

 private:
  double learning_rate_ = 1.0;
  double rho_ = 0.95;
  double epsilon_ = 1e-7;
};

}  // namespace

PIPELINE_COMPONENT("adadelta", Adadelta);
