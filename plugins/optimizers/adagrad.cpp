#include "pipeline/nn/optimizer.h"
#include "pipeline/nn/optimizer_steps.h"
#include "pipeline/plugin.h"

namespace {
using namespace pipeline;

/// Adagrad (Duchi et al., 2011), as in Keras 3:
///   a = a + g², from initial_accumulator_value
///   w -= learning_rate·g / sqrt(a + epsilon)
/// The slot begins at zero; the initial value is added under the root.
class Adagrad : public nn::Optimizer {
 public:
  void declare(Declaration& d) override {
    d.summary("Adagrad: steps divided by the root of all past squares (Duchi et al., 2011)");
    declare_shared(d);
    d.param("initial_accumulator_value", initial_, "what the sum of squares begins at")
        .at_least(0)
        .as_float();
    d.param("epsilon", epsilon_, "keeps the root away from zero")
        .at_least(nn::steps::kSmallestEpsilon)
        .as_float();
  }
  std::vector<std::string> slots() const override { return {"accumulator"}; }
  void update(const nn::Update& u) const override {
    nn::steps::adagrad(u.weights, u.gradients, u.slots[0], float(u.learning_rate),
                       float(initial_ + epsilon_));
  }

 private:
  double initial_ = 0.1;
  double epsilon_ = 1e-7;
};

}  // namespace

PIPELINE_COMPONENT("adagrad", Adagrad);
