#include "log_tics.h"

#include <cmath>

#include "pipeline/math.h"

namespace plots {
namespace {

using pipeline::math::log10;
using pipeline::math::pow;

constexpr std::size_t kFewest = 4, kMost = 10;

/// Every `step`-th decade's multiples by `factors`.
std::vector<double> decades(double least, double most, int step,
                            const std::vector<double>& factors) {
  std::vector<double> tics;
  const int first = int(std::floor(log10(least))), last = int(std::ceil(log10(most)));
  for (int power = first; power <= last; ++power) {
    if (power % step != 0) continue;
    for (const double factor : factors) {
      const double tic = factor * pow(10.0, double(power));
      if (tic >= least && tic <= most) tics.push_back(tic);
    }
  }
  return tics;
}

std::vector<double> equal_steps(double least, double most) {
  const double rough = (most - least) / 6;
  const double power = pow(10.0, std::floor(log10(rough)));
  const double step = power * (rough > 5 * power   ? 10
                               : rough > 2 * power ? 5
                               : rough > power     ? 2
                                                   : 1);
  // Counted from the first one: of numbers that differ in their last bits alone, so large a
  // multiple of the step plus one is the same number.
  constexpr int kAtMost = 12;
  const double first = std::ceil(least / step) * step;
  std::vector<double> tics;
  for (int i = 0; i < kAtMost && first + i * step <= most; ++i) tics.push_back(first + i * step);
  return tics;
}

}  // namespace

std::vector<double> log_tics(double least, double most) {
  for (int step = 1;; ++step) {
    const std::vector<double> tics = decades(least, most, step, {1});
    if (tics.size() > kMost) continue;
    if (tics.size() >= kFewest) return tics;
    break;
  }
  const std::vector<std::vector<double>> choices = {{1, 3}, {1, 2, 5}, {1, 2, 3, 4, 5, 7}};
  for (const std::vector<double>& factors : choices)
    if (auto tics = decades(least, most, 1, factors); tics.size() >= kFewest) return tics;
  return equal_steps(least, most);
}

}  // namespace plots
