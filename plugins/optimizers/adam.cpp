#include <cmath>

#include "moments.h"
#include "pipeline/nn/optimizer.h"
#include "pipeline/nn/optimizer_steps.h"
#include "pipeline/plugin.h"
#include "power.h"

namespace {
using namespace pipeline;

/// Adam (Kingma and Ba, 2015), as in Keras 2 and 3, the form at the end of the paper's section 2:
///   m = beta_1·m + (1 - beta_1)·g
///   v = beta_2·v + (1 - beta_2)·g²
///   w -= learning_rate·sqrt(1 - beta_2^t) / (1 - beta_1^t) · m / (sqrt(v) + epsilon)
/// With amsgrad (Reddi et al., 2018) the root is that of the largest v so far.
class Adam : public nn::Optimizer {
 public:
  explicit Adam(std::optional<double> weight_decay = {}) : Optimizer(0.001, weight_decay) {}
  void declare(Declaration& d) override {
    d.summary("Adam: steps by running means of gradients and their squares (Kingma and Ba, 2015)");
    declare_adam(d);
  }
  std::vector<std::string> slots() const override {
    std::vector<std::string> names{"m", "v"};
    if (amsgrad_) names.push_back("v_max");
    return names;
  }
  void update(const nn::Update& u) const override {
    // Of the betas that the means are made with: near 1 a float is far from the double.
    const float beta_1 = float(moments_.beta_1), beta_2 = float(moments_.beta_2),
                epsilon = float(moments_.epsilon);
    const float rate =
        float(u.learning_rate * std::sqrt(1 - power(beta_2, u.step)) / (1 - power(beta_1, u.step)));
    if (amsgrad_)
      nn::steps::amsgrad(u.weights, u.gradients, u.slots[0], u.slots[1], u.slots[2], rate, beta_1,
                         beta_2, epsilon);
    else
      nn::steps::adam(u.weights, u.gradients, u.slots[0], u.slots[1], rate, beta_1, beta_2,
                      epsilon);
  }

 protected:
  void declare_adam(Declaration& d) {
    declare_shared(d);
    moments_.declare(d);
    d.param("amsgrad", amsgrad_, "divide by the largest mean of squares so far");
  }

 private:
  Moments moments_;
  bool amsgrad_ = false;
};

/// Adam with decay of weights beside the gradient (Loshchilov and Hutter, 2019), as in Keras 3:
/// before Adam's step, w -= weight_decay·learning_rate·w.
class AdamW : public Adam {
 public:
  AdamW() : Adam(0.004) {}
  void declare(Declaration& d) override {
    d.summary("AdamW: Adam with weights that decay (Loshchilov and Hutter, 2019)");
    declare_adam(d);
  }
};

}  // namespace

PIPELINE_COMPONENT("adam", Adam);
PIPELINE_COMPONENT("adamw", AdamW);
