#include "numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pipeline/elements.h"

namespace plots {

using pipeline::Array;
using pipeline::DType;

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
  return pipeline::elements_as<double>(array);
}

std::vector<double> numbers_in(const pipeline::Table& table, const std::string& column) {
  if (!table.at(column).categories.empty())
    throw pipeline::Error(fmt::format("column '{}' holds texts, such as '{}'; expected numbers",
                                      column, table.at(column).categories[0]));
  return doubles(table.column(column), fmt::format("column '{}'", column));
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
