#include "pipeline/nn/schedule.h"
#include "pipeline/plugin.h"

namespace {
using namespace pipeline;

/// Goes from initial_learning_rate to the first rate of `after` in a straight line of warmup_steps
/// steps (Goyal et al., 2017), and then lets `after` begin. Keras has this in CosineDecay alone.
class WarmUp : public nn::Schedule {
 public:
  void declare(Declaration& d) override {
    d.summary("A straight line up to where another schedule begins");
    d.param("warmup_steps", steps_, "steps of the line").required().at_least(1);
    d.param("after", after_, "what comes then: a rate, or a schedule that counts from there")
        .required()
        .above(0)
        .as_float();
    d.param("initial_learning_rate", initial_, "the first rate").at_least(0).as_float();
  }
  double at(std::int64_t step) const override {
    if (step >= steps_) return after_.at(step - steps_);
    return initial_ + (after_.at(0) - initial_) * (double(step) / double(steps_));
  }
  void check() const override {
    if (after_.schedule) after_.schedule->check();
  }

 private:
  std::int64_t steps_ = 1;
  nn::LearningRate after_;
  double initial_ = 0;
};

}  // namespace

PIPELINE_COMPONENT("warm_up", WarmUp);
