#include <algorithm>

#include "pipeline/math.h"
#include "pipeline/nn/schedule.h"
#include "pipeline/plugin.h"

namespace {
using namespace pipeline;

/// Keras' PolynomialDecay, with s = min(step, decay_steps):
///   (initial_learning_rate - end_learning_rate) · (1 - s / decay_steps)^power + end_learning_rate
/// With cycle, s is the step, and decay_steps is multiplied by as many as reach it. Power 1 is a
/// straight line.
class PolynomialDecay : public nn::Schedule {
 public:
  void declare(Declaration& d) override {
    d.summary("A learning rate that goes to another along a power of the steps");
    d.param("initial_learning_rate", initial_, "the first rate").required().above(0).as_float();
    d.param("decay_steps", steps_, "steps to the last rate").required().at_least(1);
    d.param("end_learning_rate", end_, "the last rate").at_least(0).as_float();
    d.param("power", power_, "1 for a straight line").above(0);
    d.param("cycle", cycle_, "begin again, more slowly, after decay_steps steps");
  }
  double at(std::int64_t step) const override {
    std::int64_t rounds = 1;
    if (cycle_) rounds = std::max<std::int64_t>(1, step / steps_ + (step % steps_ != 0));
    const double all = double(steps_) * double(rounds);
    const double done = std::min(double(step), all) / all;
    return (initial_ - end_) * math::pow(1 - done, power_) + end_;
  }

 private:
  double initial_ = 0, end_ = 0.0001, power_ = 1;
  std::int64_t steps_ = 1;
  bool cycle_ = false;
};

}  // namespace

PIPELINE_COMPONENT("polynomial_decay", PolynomialDecay);
