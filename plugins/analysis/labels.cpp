#include "labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "samples.h"

namespace pipeline::analysis {

std::vector<std::int64_t> labels_of(const Input<Array>& input) {
  const std::vector<double> values = doubles(*input);
  if (values.empty()) throw Error(fmt::format("input '{}' has no labels", input.info().name));
  std::vector<std::int64_t> labels;
  for (std::size_t i = 0; i < values.size(); ++i) {
    constexpr double kLargest = 9007199254740992;  // 2^53: beyond, doubles are not all integers
    if (!(std::abs(values[i]) <= kLargest) || std::floor(values[i]) != values[i])
      throw Error(
          fmt::format("input '{}' must be labels, which are whole numbers; got {} in row {}",
                      input.info().name, values[i], i));
    labels.push_back(std::int64_t(values[i]));
  }
  return labels;
}

std::vector<std::int64_t> classes_of(std::vector<std::int64_t> labels) {
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  return labels;
}

std::vector<std::size_t> places_among(const std::vector<std::int64_t>& classes,
                                      const std::vector<std::int64_t>& labels) {
  std::vector<std::size_t> places;
  for (const std::int64_t label : labels)
    places.push_back(
        std::size_t(std::lower_bound(classes.begin(), classes.end(), label) - classes.begin()));
  return places;
}

double accuracy(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b) {
  std::int64_t equal = 0;
  for (std::size_t i = 0; i < a.size(); ++i) equal += a[i] == b[i];
  return double(equal) / double(a.size());
}

}  // namespace pipeline::analysis
