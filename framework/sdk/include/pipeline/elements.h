#pragma once
#include "pipeline/array.h"

namespace pipeline {

/// Calls `f(std::span<const T>)` with the array's elements, whatever number type T they are of.
/// Error for text.
///
///   with_elements(array, [&](auto values) { for (const auto value : values) add(double(value));
///   });
template <class F>
decltype(auto) with_elements(const Array& array, F&& f) {
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

/// The elements as a vector of T, each converted. Error for text.
template <class T>
std::vector<T> elements_as(const Array& array) {
  return with_elements(array, [](auto values) {
    std::vector<T> converted;
    converted.reserve(values.size());
    for (const auto value : values) converted.push_back(static_cast<T>(value));
    return converted;
  });
}

}  // namespace pipeline
