#include "decay.h"
#include "pipeline/math.h"
#include "pipeline/plugin.h"

namespace {
using namespace pipeline;

/// Keras' ExponentialDecay: initial_learning_rate · decay_rate^(step / decay_steps); with staircase
/// the exponent is rounded down.
class ExponentialDecay : public Decay {
 public:
  void declare(Declaration& d) override {
    d.summary("A learning rate that falls by a factor every decay_steps steps");
    declare_decay(d, "steps in which the rate falls by the factor", "the factor").above(0);
  }
  double at(std::int64_t step) const override { return initial_ * math::pow(rate_, done(step)); }
};

}  // namespace

PIPELINE_COMPONENT("exponential_decay", ExponentialDecay);
