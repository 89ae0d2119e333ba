#pragma once
#include <algorithm>
#include <optional>

#include "pipeline/param_types.h"

namespace pipeline::tsne {

/// A positive number, or `auto`: a quarter of points / early exaggeration, but at least 50 (Belkina
/// et al., 2019).
struct LearningRate {
  std::optional<double> number;
  double of(std::int64_t points, double early_exaggeration) const {
    return number ? *number : std::max(double(points) / early_exaggeration / 4, 50.0);
  }
};

}  // namespace pipeline::tsne

namespace pipeline {

template <>
struct ParamType<tsne::LearningRate> {
  static Value schema() {
    return Value::Map{{"anyOf", Value::List{Value::Map{{"type", "number"}, {"exclusiveMinimum", 0}},
                                            Value::Map{{"enum", Value::List{"auto"}}}}}};
  }
  static void assign(tsne::LearningRate& member, const Value& value, const Assign& at) {
    if (value.is_string() && value.as_string() == "auto") return member.number.reset();
    if (!value.is_number()) return at.mismatch("'auto' or a number", value);
    if (!(value.as_real() > 0))
      return at.error(at.subject() + " must be above 0, got " + value.to_json());
    member.number = value.as_real();
  }
  static Value value(const tsne::LearningRate& member, const PathRendering&) {
    return member.number ? Value(*member.number) : Value("auto");
  }
};

}  // namespace pipeline
