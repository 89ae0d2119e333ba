#pragma once
#include <cstdint>
#include <variant>

#include "pipeline/param_types.h"

namespace pipeline::data {

/// A part of n rows: a share of them (a number with a point, above 0 and below 1) or a count.
using ShareOrCount = std::variant<double, std::int64_t>;

}  // namespace pipeline::data

namespace pipeline {

template <>
struct ParamType<data::ShareOrCount> {
  static Value schema();
  static void assign(data::ShareOrCount& member, const Value& value, const Assign& at);
  static Value value(const data::ShareOrCount& member, const PathRendering&);
};

}  // namespace pipeline
