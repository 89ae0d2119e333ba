#pragma once
#include <cstdint>
#include <memory>

#include "pipeline/component.h"
#include "pipeline/declaration.h"

namespace pipeline::nn {

/// A learning rate that changes with the step. It is a function of the step alone, computed in
/// double precision with pipeline/math.h, so that it is the same on every machine.
class Schedule : public Component {
 public:
  static constexpr const char* kKind = "schedule";
  /// The rate of a step, counted from 0 as Keras' `iterations` are.
  virtual double at(std::int64_t step) const = 0;
  /// Error if parameters do not fit together.
  virtual void check() const {}
};

/// A parameter that is a number or a schedule: `learning_rate: 0.001`, or
/// `learning_rate: {cosine_decay: {initial_learning_rate: 0.001, decay_steps: 1000}}`.
struct LearningRate {
  double constant = 0;
  std::unique_ptr<Schedule> schedule;  ///< null: the constant

  double at(std::int64_t step) const { return schedule ? schedule->at(step) : constant; }
};

}  // namespace pipeline::nn

template <>
struct pipeline::ParamType<pipeline::nn::LearningRate> {
  static Value schema() {
    return Value::Map{{"anyOf", Value::List{Value::Map{{"type", "number"}},
                                            Value::Map{{"component", nn::Schedule::kKind}}}}};
  }
  static void assign(nn::LearningRate& member, const Value& value, const Assign& at);
  static Value value(const nn::LearningRate& member, const PathRendering& paths) {
    if (!member.schedule) return member.constant;
    return ParamType<std::unique_ptr<nn::Schedule>>::value(member.schedule, paths);
  }
};
