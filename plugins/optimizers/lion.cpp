#include "pipeline/nn/optimizer.h"
#include "pipeline/nn/optimizer_steps.h"
#include "pipeline/plugin.h"

namespace {
using namespace pipeline;

/// Lion (Chen et al., 2023: "Symbolic discovery of optimization algorithms"), as in Keras 3:
///   w -= learning_rate·sign(beta_1·m + (1 - beta_1)·g)
///   m = beta_2·m + (1 - beta_2)·g
class Lion : public nn::Optimizer {
 public:
  void declare(Declaration& d) override {
    d.summary("Lion: steps of one length, by the sign of a running mean (Chen et al., 2023)");
    declare_shared(d);
    d.param("beta_1", beta_1_, "share of the mean in the step's direction")
        .above(0)
        .at_most(nn::steps::kLargestDecay)
        .as_float();
    d.param("beta_2", beta_2_, "share of the mean that is kept")
        .at_least(0)
        .at_most(nn::steps::kLargestDecay)
        .as_float();
  }
  std::vector<std::string> slots() const override { return {"m"}; }
  void update(const nn::Update& u) const override {
    nn::steps::lion(u.weights, u.gradients, u.slots[0], float(u.learning_rate), float(beta_1_),
                    float(beta_2_));
  }

 private:
  double beta_1_ = 0.9;
  double beta_2_ = 0.99;
};

}  // namespace

PIPELINE_COMPONENT("lion", Lion);
