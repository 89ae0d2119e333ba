#include <cmath>

#include "pipeline/nn/optimizer.h"
#include "pipeline/nn/optimizer_steps.h"
#include "pipeline/plugin.h"

namespace {
using namespace pipeline;

/// base^n by squaring: multiplications alone, so that every C library gives the same bits.
double power(double base, std::int64_t n) {
  double result = 1;
  for (; n > 0; n /= 2, base *= base)
    if (n % 2) result *= base;
  return result;
}

/// Adam (Kingma and Ba, 2015), as in Keras 2, the form at the end of the paper's section 2:
///   m = beta_1·m + (1 - beta_1)·g
///   v = beta_2·v + (1 - beta_2)·g²
///   w -= learning_rate·sqrt(1 - beta_2^t) / (1 - beta_1^t) · m / (sqrt(v) + epsilon)
class Adam : public nn::Optimizer {
 public:
  void declare(Declaration& d) override {
    d.summary("Adam: steps by running means of gradients and their squares (Kingma and Ba, 2015)");
    d.param("learning_rate", learning_rate_, "length of a step").above(0);
    d.param("beta_1", beta_1_, "share of the gradients' mean that is kept")
        .at_least(0)
        .at_most(nn::steps::kLargestDecay);
    d.param("beta_2", beta_2_, "share of the squares' mean that is kept")
        .at_least(0)
        .at_most(nn::steps::kLargestDecay);
    d.param("epsilon", epsilon_, "keeps the divisor away from zero")
        .at_least(nn::steps::kSmallestEpsilon);
  }
  std::vector<std::string> slots() const override { return {"m", "v"}; }
  void update(std::span<float> weights, std::span<const float> gradients,
              std::span<const std::span<float>> slots, std::int64_t step) const override {
    const double rate =
        learning_rate_ * std::sqrt(1 - power(beta_2_, step)) / (1 - power(beta_1_, step));
    nn::steps::adam(weights, gradients, slots[0], slots[1], float(rate), float(beta_1_),
                    float(beta_2_), float(epsilon_));
  }

 private:
  double learning_rate_ = 0.001;
  double beta_1_ = 0.9;
  double beta_2_ = 0.999;
  double epsilon_ = 1e-7;
};

}  // namespace

PIPELINE_COMPONENT("adam", Adam);
