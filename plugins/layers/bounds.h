#pragma once
#include "pipeline/param_types.h"

namespace pipeline::layers {

/// What a draw lies between: `0.1` for -0.1 … 0.1, or `[-0.2, 0.1]`.
struct Bounds {
  double low = 0, high = 0;

  /// For u uniform in [0, 1).
  double at(double u) const { return low + (high - low) * u; }
};

}  // namespace pipeline::layers

template <>
struct pipeline::ParamType<pipeline::layers::Bounds> {
  static Value schema() {
    const Value number = Value::Map{{"type", "number"}};
    return Value::Map{
        {"anyOf",
         Value::List{
             Value::Map{{"type", "number"}, {"minimum", 0}},
             Value::Map{{"type", "array"}, {"items", number}, {"minItems", 2}, {"maxItems", 2}}}}};
  }
  static void assign(layers::Bounds& member, const Value& value, const Assign& at);
  /// One number where it says both, so that 0.1 and [-0.1, 0.1] are one key.
  static Value value(layers::Bounds member, const PathRendering&) {
    if (member.low == -member.high) return member.high;
    return Value::List{member.low, member.high};
  }
};
