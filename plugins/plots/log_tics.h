#pragma once
#include <vector>

namespace plots {

/// About four to ten round values from `least` to `most` (positive) for a logarithmic axis: powers
/// of ten where it spans many, else their multiples, else equal steps.
std::vector<double> log_tics(double least, double most);

}  // namespace plots
