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
  Sgd() : Optimizer(0.01) {}
  void declare(Declaration& d) override {
    d.summary(
        "Stochastic gradient descent, with momentum and Nesterov's look ahead where asked for");
    declare_shared(d);
    d.param("momentum", momentum_, "share of the last step that is kept")
        .at_least(0)
        .below(1)
        .as_float();
    d.param("nesterov", nesterov_, "take the gradient's step from where the momentum leads");
  }
  std::vector<std::string> slots() const override {
    return momentum_ > 0 ? std::vector<std::string>{"momentum"} : std::vector<std::string>{};
  }
  void update(const nn::Update& u) const override {
    const float rate = float(u.learning_rate);
    if (u.slots.empty()) nn::steps::sgd(u.weights, u.gradients, rate);
    else
      nn::steps::sgd_momentum(u.weights, u.gradients, u.slots[0], rate, float(momentum_),
                              nesterov_);
  }

 private:
  double momentum_ = 0;
  bool nesterov_ = false;
};

}  // namespace

PIPELINE_COMPONENT("sgd", Sgd);
