#pragma once
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "pipeline/nn/activation.h"

namespace pipeline::nn {

/// What values may be: those of a target, or of what a network gives.
struct Domain {
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  bool whole = false;        ///< whole numbers alone, such as labels
  bool sums_to_one = false;  ///< the values of a sample over its channels, at each place

  bool is_all() const;  ///< every finite value
  /// "values from 0 to 1", "whole numbers from 0 to 9"
  std::string text() const;
};

/// What an activation gives; all values where it says nothing.
Domain domain_of(Activation activation);

/// Looks at rows of `sample` values each. Error naming the first row that has a value outside of
/// the domain (one that is not finite always is), how many rows do, and the least and greatest
/// value: "input 'targets': row 3 has 255, and binary_crossentropy takes values from 0 to 1; …".
/// `rows` is what is looked at ("input 'targets'"), `taker` who takes it.
void require_domain(const Domain& domain, std::span<const float> values, const Shape& sample,
                    std::string_view rows, std::string_view taker);

}  // namespace pipeline::nn
