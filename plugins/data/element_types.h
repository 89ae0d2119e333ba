#pragma once
#include <fmt/format.h>

#include "pipeline/elements.h"

namespace pipeline::data {

/// For preflight: Error if the input is text.
template <class In>
void require_numbers(const In& input) {
  if (input.element_type() == DType::utf8)
    throw Error(fmt::format("input '{}' takes an array of numbers, got text", input.info().name));
}

}  // namespace pipeline::data
