#include "samples.h"

#include <fmt/format.h>

#include <cmath>

#include "pipeline/elements.h"

namespace pipeline::analysis {
namespace {

constexpr double kLargest = 1e100;

}  // namespace

Shape sample_of(const Shape& shape) { return Shape(shape.begin() + 1, shape.end()); }

std::int64_t features_of(const Shape& shape) { return elements(sample_of(shape)); }

void require_numbers(const Input<Array>& input) {
  if (input.element_type() == DType::utf8)
    throw Error(fmt::format("input '{}' takes an array of numbers, got text", input.info().name));
}

void require_rows(const Port& input, std::int64_t found, const Port& other, std::int64_t expected) {
  if (found == kUnknown || expected == kUnknown || found == expected) return;
  throw Error(fmt::format("input '{}' has {} rows, and {} has {}: they must be as many",
                          input.info().name, found, other.info().name, expected));
}

void require_features(const Port& input, const Shape& found, const Port& other,
                      const Shape& expected) {
  const std::int64_t a = features_of(found), b = features_of(expected);
  if (a == kUnknown || b == kUnknown || a == b) return;
  throw Error(fmt::format("input '{}' has samples of {} features, and {} of {}: they must be alike",
                          input.info().name, a, other.info().name, b));
}

std::vector<double> doubles(const Array& array) { return elements_as<double>(array); }

Matrix matrix_of(const Input<Array>& input) {
  const std::vector<double> values = doubles(*input);
  if (values.empty())
    throw Error(fmt::format("input '{}' is {}: there are no samples", input.info().name,
                            to_string(input->shape())));
  const std::int64_t rows = input->shape()[0], features = features_of(input->shape());
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]))
      throw Error(fmt::format("input '{}' must be finite, got {} in row {}, feature {}",
                              input.info().name, values[i], i / std::size_t(features),
                              i % std::size_t(features)));
    else if (std::abs(values[i]) > kLargest)
      throw Error(
          fmt::format("input '{}' must be at most {:g} in size, since it is squared; got {} "
                      "in row {}, feature {}",
                      input.info().name, kLargest, values[i], i / std::size_t(features),
                      i % std::size_t(features)));
  Matrix matrix(rows, features);
  std::copy(values.begin(), values.end(), matrix.data());
  return matrix;
}

DType real_type(DType dtype) { return dtype == DType::f64 ? DType::f64 : DType::f32; }

Array array_of(const Matrix& matrix, const Shape& sample, DType dtype) {
  Shape shape = sample;
  shape.insert(shape.begin(), matrix.rows());
  Array array(dtype, shape);
  const double* const values = matrix.data();
  if (dtype == DType::f64) {
    std::copy(values, values + matrix.size(), array.mutable_view<double>().begin());
  } else {
    const auto out = array.mutable_view<float>();
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = float(values[i]);
  }
  return array;
}

}  // namespace pipeline::analysis
