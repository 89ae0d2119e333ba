#include "numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pipeline/error.h"

namespace plots {
namespace {

using pipeline::Array;
using pipeline::DType;

template <class T>
std::vector<double> converted(const Array& array) {
  const auto values = array.view<T>();
  return {values.begin(), values.end()};
}

}  // namespace

bool is_integer(DType dtype) {
  return dtype != DType::f32 && dtype != DType::f64 && dtype != DType::utf8;
}

bool all_whole(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(),
                     [](double v) { return std::isfinite(v) && v == std::floor(v); });
}

void require_numbers(DType dtype, std::string_view what) {
  if (dtype == DType::utf8)
    throw pipeline::Error(fmt::format("{} has to be numbers, got text", what));
}

std::vector<double> doubles(const Array& array, std::string_view what) {
  require_numbers(array.dtype(), what);
  switch (array.dtype()) {
    case DType::u8: return converted<std::uint8_t>(array);
    case DType::i8: return converted<std::int8_t>(array);
    case DType::u16: return converted<std::uint16_t>(array);
    case DType::i16: return converted<std::int16_t>(array);
    case DType::u32: return converted<std::uint32_t>(array);
    case DType::i32: return converted<std::int32_t>(array);
    case DType::u64: return converted<std::uint64_t>(array);
    case DType::i64: return converted<std::int64_t>(array);
    case DType::f32: return converted<float>(array);
    case DType::f64: return converted<double>(array);
    case DType::utf8: break;
  }
  return {};
}

std::vector<double> classes_of(const Array& predicted) {
  std::vector<double> values = doubles(predicted, "predicted");
  if (predicted.shape().size() == 1 || values.empty()) return values;
  const std::ptrdiff_t width = predicted.shape()[1];
  std::vector<double> classes;
  for (auto row = values.begin(); row != values.end(); row += width)
    classes.push_back(double(std::max_element(row, row + width) - row));
  return classes;
}

}  // namespace plots
