#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/artifact.h"

namespace plots {

/// Whether the element type is an integer's.
bool is_integer(pipeline::DType dtype);

/// Whether all are whole numbers (infinity and NaN are none).
bool all_whole(const std::vector<double>& values);

/// The elements as doubles, in order. Error for text; `what` names the array in the message.
std::vector<double> doubles(const pipeline::Array& array, std::string_view what);

/// The numbers in a table's column. Error for a column of texts.
std::vector<double> numbers_in(const pipeline::Table& table, const std::string& column);

/// A class a row: the numbers [n] themselves, or of [n, classes] the place of the greatest.
std::vector<double> classes_of(const pipeline::Array& predicted);

/// Error unless the element type is a number's: for preflight.
void require_numbers(pipeline::DType dtype, std::string_view what);

/// Bytes of 32-bit floats or unsigned integers appended to a figure's data.
template <class T>
void append(std::string& data, T value) {
  data.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace plots
