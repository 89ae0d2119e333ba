#pragma once
#include <cmath>

#include "pipeline/nn/schedule.h"

/// A rate that falls with step / decay_steps, or with staircase with that rounded down.
class Decay : public pipeline::nn::Schedule {
 protected:
  /// What decay_steps is, and decay_rate, whose bounds the caller sets.
  pipeline::Param<double>& declare_decay(pipeline::Declaration& d, const char* steps_help,
                                         const char* rate_help) {
    d.param("initial_learning_rate", initial_, "the first rate").required().above(0).as_float();
    d.param("decay_steps", steps_, steps_help).required().at_least(1);
    d.param("staircase", staircase_, "fall at once every decay_steps steps");
    return d.param("decay_rate", rate_, rate_help).required();
  }
  double done(std::int64_t step) const {
    const double done = double(step) / double(steps_);
    return staircase_ ? std::floor(done) : done;
  }
  double initial_ = 0, rate_ = 0;

 private:
  std::int64_t steps_ = 1;
  bool staircase_ = false;
};
