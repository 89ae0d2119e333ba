#include "pipeline/nn/optimizer.h"
#include "pipeline/nn/optimizer_steps.h"
#include "pipeline/plugin.h"

namespace {
using namespace pipeline;

/// RMSprop (Tieleman and Hinton, 2012: lecture 6.5 of "Neural networks for machine learning"), as
/// in Keras 2, with epsilon outside the root:
///   a = rho·a + (1 - rho)·g²
///   m = momentum·m + learning_rate·g / (sqrt(a) + epsilon)
///   w -= m
/// Centered (Graves, 2013), a is less the square of a running mean of g. Momentum and centering
/// came with tf.keras.
class Rmsprop : public nn::Optimizer {
 public:
  Rmsprop() : Optimizer(0.001) {}
  void declare(Declaration& d) override {
    d.summary("RMSprop: steps scaled by a running mean of squared gradients");
    declare_shared(d);
    d.param("rho", rho_, "share of the running mean that is kept")
        .at_least(0)
        .at_most(nn::steps::kLargestDecay)
        .as_float();
    d.param("momentum", momentum_, "share of the last step that is kept")
        .at_least(0)
        .below(1)
        .as_float();
    d.param("centered", centered_, "divide by the gradients' standard deviation");
    d.param("epsilon", epsilon_, "keeps the divisor away from zero")
        .at_least(nn::steps::kSmallestEpsilon)
        .as_float();
  }
  std::vector<std::string> slots() const override {
    if (centered_) return {"accumulator", "mean", "momentum"};
    if (momentum_ > 0) return {"accumulator", "momentum"};
    return {"accumulator"};
  }
  void update(const nn::Update& u) const override {
    const float rate = float(u.learning_rate), rho = float(rho_), momentum = float(momentum_),
                epsilon = float(epsilon_);
    if (centered_)
      nn::steps::rmsprop_centered(u.weights, u.gradients, u.slots[0], u.slots[1], u.slots[2], rate,
                                  rho, momentum, epsilon);
    else if (momentum_ > 0)
      nn::steps::rmsprop_momentum(u.weights, u.gradients, u.slots[0], u.slots[1], rate, rho,
                                  momentum, epsilon);
    else nn::steps::rmsprop(u.weights, u.gradients, u.slots[0], rate, rho, epsilon);
  }

 private:
  double rho_ = 0.9;
  double momentum_ = 0;
  bool centered_ = false;
  double epsilon_ = 1e-7;
};

}  // namespace

PIPELINE_COMPONENT("rmsprop", Rmsprop);
