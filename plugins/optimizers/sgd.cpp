#include "pipeline/nn/optimizer.h"
#include "pipeline/nn/optimizer_steps.h"
#include "pipeline/plugin.h"

namespace {
using namespace pipeline;

/// Stochastic gradient descent, with momentum v where asked for (Polyak, 1964) and Nesterov's look
/// ahead (Sutskever et al., 2013), as in Keras 2:
///   v = momentum·v - learning_rate·g
///   w += v, or with Nesterov w += momentum·v - learning_rate·g
class Sgd : public nn::Optimizer {
 public:
  void declare(Declaration& d) override {
    d.summary(
        "Stochastic gradient descent, with momentum and Nesterov's look ahead where asked for");
    d.param("learning_rate", learning_rate_, "length of a step").above(0);
    d.param("momentum", momentum_, "share of the last step that is kept").at_least(0).below(1);
    d.param("nesterov", nesterov_, "take the gradient's step from where the momentum leads");
  }
  std::vector<std::string> slots() const override {
    return momentum_ > 0 ? std::vector<std::string>{"momentum"} : std::vector<std::string>{};
  }
  void update(std::span<float> weights, std::span<const float> gradients,
              std::span<const std::span<float>> slots, std::int64_t) const override {
    const float rate = float(learning_rate_);
    if (slots.empty()) nn::steps::sgd(weights, gradients, rate);
    else nn::steps::sgd_momentum(weights, gradients, slots[0], rate, float(momentum_), nesterov_);
  }

 private:
  double learning_rate_ = 0.01;
  double momentum_ = 0;
  bool nesterov_ = false;
};

}  // namespace

PIPELINE_COMPONENT("sgd", Sgd);
