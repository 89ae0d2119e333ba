#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "pipeline/param_types.h"

namespace pipeline {

/// A parameter that says which rows of an array: all, a list, or from `start` in steps of `step` up
/// to before `stop`. `[0, 10, 20]`, `{start: 0, stop: 100, step: 10}` (each optional) or null.
struct RowChoice {
  struct Range {
    std::int64_t start = 0;
    std::optional<std::int64_t> stop;  ///< without one, to the end
    std::int64_t step = 1;
  };
  std::variant<std::monostate, std::vector<std::int64_t>, Range> choice;

  /// The rows of n, in the order given. Error if there is none, or one is not among them; it calls
  /// a row `what`, and ends with `why` there are n.
  std::vector<std::int64_t> of(std::int64_t n, std::string_view what = "row",
                               std::string_view why = "") const;
};

template <>
struct ParamType<RowChoice> {
  static Value schema();
  static void assign(RowChoice& member, const Value& value, const Assign& at);
  static Value value(const RowChoice& member, const PathRendering& paths);
};

}  // namespace pipeline
