#pragma once

namespace pipeline::data {

/// The share of a normal distribution (mean 0, deviation 1) below x, to 1e-15.
double normal_cdf(double x);
/// Its inverse, for a share of 1e-8 to 1 - 1e-8, to 1e-8 in the tails and 1e-12 elsewhere.
double normal_quantile(double share);

}  // namespace pipeline::data
