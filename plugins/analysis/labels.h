#pragma once
#include <vector>

#include "pipeline/ports.h"

namespace pipeline::analysis {

/// The whole numbers of an input of rank 1. Error, with the row, for what is none.
std::vector<std::int64_t> labels_of(const Input<Array>& input);

/// Distinct labels, ascending.
std::vector<std::int64_t> classes_of(std::vector<std::int64_t> labels);

/// The place of each label among the classes; the caller has made sure that each is there.
std::vector<std::size_t> places_among(const std::vector<std::int64_t>& classes,
                                      const std::vector<std::int64_t>& labels);

/// The share of rows in which both are equal; as many rows, at least one.
double accuracy(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b);

}  // namespace pipeline::analysis
