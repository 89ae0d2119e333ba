#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "pipeline/param_types.h"

namespace plots {

/// Which rows of an array: all, a list, or from `start` in steps of `step` up to before `stop`.
struct Rows {
  struct Range {
    std::int64_t start = 0;
    std::optional<std::int64_t> stop;  ///< without one, to the end
    std::int64_t step = 1;
  };
  std::variant<std::monostate, std::vector<std::int64_t>, Range> choice;

  /// The rows of an array that has n, in the order given. Error if there is none, or one is not in
  /// the array; it calls a row `what`.
  std::vector<std::int64_t> of(std::int64_t n, const std::string& what = "image") const;
};

}  // namespace plots

/// `[0, 10, 20]`, `{start: 0, stop: 100, step: 10}` (each optional) or null.
template <>
struct pipeline::ParamType<plots::Rows> {
  static Value schema();
  static void assign(plots::Rows& member, const Value& value, const Assign& at);
  static Value value(const plots::Rows& member, const PathRendering& paths);
};
