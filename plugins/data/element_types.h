#pragma once
#include <fmt/format.h>

#include "pipeline/array.h"

namespace pipeline::data {

/// Calls `f(std::span<const T>)` with the array's elements. Error for text.
template <class F>
auto with_elements(const Array& array, F&& f) {
  switch (array.dtype()) {
    case DType::u8: return f(array.view<std::uint8_t>());
    case DType::i8: return f(array.view<std::int8_t>());
    case DType::u16: return f(array.view<std::uint16_t>());
    case DType::i16: return f(array.view<std::int16_t>());
    case DType::u32: return f(array.view<std::uint32_t>());
    case DType::i32: return f(array.view<std::int32_t>());
    case DType::u64: return f(array.view<std::uint64_t>());
    case DType::i64: return f(array.view<std::int64_t>());
    case DType::f32: return f(array.view<float>());
    case DType::f64: return f(array.view<double>());
    case DType::utf8: break;
  }
  throw Error("expected an array of numbers, got text");
}

/// For preflight: Error if the input is text.
template <class In>
void require_numbers(const In& input) {
  if (input.element_type() == DType::utf8)
    throw Error(fmt::format("input '{}' takes an array of numbers, got text", input.info().name));
}

}  // namespace pipeline::data
