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
  Adadelta() : Optimizer(1.0) {}
  void declare(Declaration& d) override {
    d.summary("Adadelta: steps scaled by running means of past gradients and steps (Zeiler, 2012)");
    declare_shared(d);
    d.param("rho", rho_, "share of the running means that is kept")
        .at_least(0)
        .at_most(nn::steps::kLargestDecay)
        .as_float();
    d.param("epsilon", epsilon_, "keeps the roots away from zero")
        .at_least(nn::steps::kSmallestEpsilon)
        .as_float();
  }
  std::vector<std::string> slots() const override { return {"accumulator", "delta_accumulator"}; }
  void update(const nn::Update& u) const override {
    nn::steps::adadelta(u.weights, u.gradients, u.slots[0], u.slots[1], float(u.learning_rate),
                        float(rho_), float(epsilon_));
  }

 private:
  double rho_ = 0.95;
  double epsilon_ = 1e-7;
};

}  // namespace

PIPELINE_COMPONENT("adadelta", Adadelta);
