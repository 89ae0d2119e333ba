#pragma once
#include "pipeline/param_types.h"

namespace pipeline::layers {

/// Rows and columns of a window: `3`, or `[3, 5]`.
struct Pair {
  static constexpr int kMost = 1024;
  int rows = 1, columns = 1;
};

}  // namespace pipeline::layers

template <>
struct pipeline::ParamType<pipeline::layers::Pair> {
  static Value schema() {
    const Value size =
        Value::Map{{"type", "integer"}, {"minimum", 1}, {"maximum", layers::Pair::kMost}};
    return Value::Map{{"anyOf", Value::List{size, Value::Map{{"type", "array"},
                                                             {"items", size},
                                                             {"minItems", 2},
                                                             {"maxItems", 2}}}}};
  }
  static void assign(layers::Pair& member, const Value& value, const Assign& at);
  /// One number where both are equal, so that 3 and [3, 3] are one key.
  static Value value(layers::Pair member, const PathRendering&) {
    if (member.rows == member.columns) return member.rows;
    return Value::List{member.rows, member.columns};
  }
};
