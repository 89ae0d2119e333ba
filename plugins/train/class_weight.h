#pragma once
#include <cstdint>
#include <vector>

#include "pipeline/param_types.h"

/// How much a class counts in the loss: `class_weight: [1, 2, 0.5]`, one for each class, or
/// `balanced`: rows / (classes · rows of the class), as scikit-learn has it. Unset: all alike.
struct ClassWeight {
  std::vector<double> weights;
  bool balanced = false;

  bool is_set() const { return balanced || !weights.empty(); }
  /// One for each class; Error where a class between has no row and weights are to be balanced.
  std::vector<double> of(const std::vector<std::int64_t>& classes) const;
};

template <>
struct pipeline::ParamType<ClassWeight> {
  static Value schema();
  static void assign(ClassWeight& member, const Value& value, const Assign& at);
  static Value value(const ClassWeight& member, const PathRendering& paths);
};
