#include <cmath>

#include "pipeline/math.h"
#include "pipeline/nn/schedule.h"
#include "pipeline/plugin.h"

namespace {
using namespace pipeline;

/// Keras' ExponentialDecay: initial_learning_rate · decay_rate^(step / decay_steps); with staircase
/// the exponent is rounded down.
class ExponentialDecay : public nn::Schedule {
 public:
  void declare(Declaration& d) override {
    d.summary("A learning rate that falls by a factor every decay_steps steps");
    d.param("initial_learning_rate", initial_, "the first rate").required().above(0).as_float();
    d.param("decay_steps", steps_, "steps in which the rate falls by the factor")
        .required()
        .at_least(1);
    d.param("decay_rate", rate_, "the factor").required().above(0);
    d.param("staircase", staircase_, "fall at once every decay_steps steps");
  }
  double at(std::int64_t step) const override {
    const double done = double(step) / double(steps_);
    return initial_ * math::pow(rate_, staircase_ ? std::floor(done) : done);
  }

 private:
  double initial_ = 0, rate_ = 0;
  std::int64_t steps_ = 1;
  bool staircase_ = false;
};

}  // namespace

PIPELINE_COMPONENT("exponential_decay", ExponentialDecay);
