#pragma once
#include <vector>

#include "matrix.h"
#include "pipeline/ports.h"

namespace pipeline::analysis {

/// Sizes of a sample, whose axes beyond the first are taken as one row of features.
Shape sample_of(const Shape& shape);
std::int64_t features_of(const Shape& shape);

/// For preflight: Error if the input is text.
void require_numbers(const Input<Array>& input);
/// Error, naming both inputs, if both numbers of rows are known and differ.
void require_rows(const Port& input, std::int64_t found, const Port& other, std::int64_t expected);
/// The same of the sizes of samples.
void require_features(const Port& input, const Shape& found, const Port& other,
                      const Shape& expected);

/// The elements; those of 64 bits are rounded.
std::vector<double> doubles(const Array& array);
/// The input's samples. Error, with row and feature, for what is not finite, and if there is none.
Matrix matrix_of(const Input<Array>& input);
/// What samples of this type are made into: f64 of f64, else f32.
DType real_type(DType dtype);
/// Rows of samples of the sizes `sample`.
Array array_of(const Matrix& matrix, const Shape& sample, DType dtype);

}  // namespace pipeline::analysis
