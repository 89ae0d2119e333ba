#include "pipeline/nn/schedule.h"

namespace pipeline {

void ParamType<nn::LearningRate>::assign(nn::LearningRate& member, const Value& value,
                                         const Assign& at) {
  if (value.is_number()) {
    member.schedule.reset();
    member.constant = value.as_real();
  } else if (value.is_string() || value.is_map()) {
    ParamType<std::unique_ptr<nn::Schedule>>::assign(member.schedule, value, at);
  } else {
    at.mismatch("a number or a schedule ('{name: {…}}')", value);
  }
}

}  // namespace pipeline
