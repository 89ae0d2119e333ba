#pragma once
#include <cstdint>
#include <functional>

#include "matrix.h"

namespace pipeline::analysis {

/// Gives the value at a point and sets the gradient there.
using Objective = std::function<double(const Vector& at, Vector& gradient)>;

struct Minimum {
  Vector at;
  std::int64_t n_iter = 0;
  bool converged = false;  ///< by the gradient's tolerance, or where no step is lower by rounding
  double gradient = 0;     ///< its largest part
};

/// The minimum of a smooth convex function by L-BFGS with ten corrections (Nocedal and Wright,
/// Numerical Optimization, 7.2) and steps that fulfil the strong Wolfe conditions (3.5, 3.6), until
/// no part of the gradient is above `tolerance`.
Minimum minimise(const Objective& objective, Vector start, std::int64_t max_iter, double tolerance);

}  // namespace pipeline::analysis
