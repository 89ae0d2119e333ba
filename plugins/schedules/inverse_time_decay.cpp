#include "decay.h"
#include "pipeline/plugin.h"

namespace {
using namespace pipeline;

/// Keras' InverseTimeDecay: initial_learning_rate / (1 + decay_rate · step / decay_steps); with
/// staircase the quotient of steps is rounded down.
class InverseTimeDecay : public Decay {
 public:
  void declare(Declaration& d) override {
    d.summary("A learning rate that falls with the inverse of the steps");
    declare_decay(d, "steps in which the divisor grows by decay_rate", "growth of the divisor")
        .at_least(0);
  }
  double at(std::int64_t step) const override { return initial_ / (1 + rate_ * done(step)); }
};

}  // namespace

PIPELINE_COMPONENT("inverse_time_decay", InverseTimeDecay);
