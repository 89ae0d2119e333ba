#include <algorithm>
#include <optional>

#include "pipeline/math.h"
#include "pipeline/nn/schedule.h"
#include "pipeline/plugin.h"

namespace {
using namespace pipeline;

/// Keras' CosineDecay (Loshchilov and Hutter, 2017), with s = min(step, decay_steps):
///   initial_learning_rate · ((1 - alpha) · (1 + cos(pi · s / decay_steps)) / 2 + alpha)
/// With a warmup_target the rate first goes to that in a straight line of warmup_steps steps, and
/// the decay begins there.
class CosineDecay : public nn::Schedule {
 public:
  void declare(Declaration& d) override {
    d.summary("A learning rate that falls along half a cosine, after a warm-up where asked for");
    d.param("initial_learning_rate", initial_, "the first rate").required().at_least(0).as_float();
    d.param("decay_steps", steps_, "steps of the decay").required().at_least(1);
    d.param("alpha", alpha_, "the last rate as a share of the highest").range(0, 1);
    d.param("warmup_target", target_, "the rate at the end of the warm-up; null for no warm-up")
        .above(0)
        .as_float();
    d.param("warmup_steps", warmup_, "steps of the warm-up").at_least(0);
  }
  double at(std::int64_t step) const override {
    if (!target_) return decayed(initial_, step);
    if (step < warmup_) return (*target_ - initial_) * (double(step) / double(warmup_)) + initial_;
    return decayed(*target_, step - warmup_);
  }

 private:
  double decayed(double from, std::int64_t step) const {
    constexpr double kPi = 3.14159265358979323846;
    const double done = double(std::min(step, steps_)) / double(steps_);
    return from * ((1 - alpha_) * 0.5 * (1 + math::cos(kPi * done)) + alpha_);
  }

  double initial_ = 0, alpha_ = 0;
  std::optional<double> target_;
  std::int64_t steps_ = 1, warmup_ = 0;
};

}  // namespace

PIPELINE_COMPONENT("cosine_decay", CosineDecay);
