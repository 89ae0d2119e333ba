#pragma once
#include <string>
#include <string_view>

#include "pipeline/value.h"

namespace pipeline::config {

/// What a plain (unquoted) scalar stands for in YAML 1.2's core schema: null, true or false, an
/// integer (decimal, 0o17, 0xFF), a real (1e-3, .inf, .nan), else text. Error for a number that 64
/// bits do not hold.
Value plain_scalar(std::string_view text);

/// How a scalar reads inside a text and in the name of a foreach's stage: true, 2, 0.001, .inf. Not
/// of lists and maps.
std::string scalar_text(const Value& scalar);

}  // namespace pipeline::config
