#include "normal.h"

#include <cmath>

#include "pipeline/math.h"

namespace pipeline::data {
namespace {

constexpr double kPerRootTwoPi = 0.3989422804014327;  // 1/√(2π)

double density(double x) { return kPerRootTwoPi * math::exp(-x * x / 2); }

/// For a share up to a half, to 4.5e-4 (Abramowitz and Stegun, 26.2.23).
double near_quantile(double share) {
  const double t = std::sqrt(-2 * math::log(share));
  return (2.515517 + t * (0.802853 + t * 0.010328)) /
             (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) -
         t;
}

}  // namespace

// Marsaglia, 2004: the integral of the density is the density times x + x³/3 + x⁵/15 + ….
double normal_cdf(double x) {
  if (std::isnan(x)) return x;
  if (std::abs(x) > 8.5) return x > 0 ? 1 : 0;
  double sum = x, term = x;
  for (int i = 3; sum + term != sum || i < 5; i += 2) {
    term *= x * x / i;
    sum += term;
    if (term == 0) break;
  }
  return 0.5 + density(x) * sum;
}

double normal_quantile(double share) {
  if (share > 0.5) return -normal_quantile(1 - share);
  double x = near_quantile(share);
  for (int step = 0; step < 3; ++step) {  // Halley's
    const double error = (normal_cdf(x) - share) / density(x);
    x -= error / (1 + x * error / 2);
  }
  return x;
}

}  // namespace pipeline::data
