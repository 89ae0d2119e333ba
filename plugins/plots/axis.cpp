#include "axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "log_tics.h"
#include "pipeline/math.h"
#include "script.h"
#include "style.h"

namespace plots {
namespace {

using pipeline::math::log10;
using pipeline::math::pow;

/// The exponent of a number's first digit.
int magnitude(double value) { return int(std::floor(log10(std::abs(value)) + 1e-9)); }

/// A power of ten near the largest number, so that sums and differences in it stay finite.
double unit_of(double low, double high) {
  const double largest = std::max(std::abs(low), std::abs(high));
  if (largest > 1e100 || (largest > 0 && largest < 1e-100))
    return pow(10.0, double(std::clamp(magnitude(largest), -300, 300)));
  return 1;
}

std::string exponential(double value, int digits) {
  return value == 0 ? "0" : fmt::format("{:.{}e}", value, digits);
}

/// Multiples of `step`·10^`power` in units; what is written is in `unit`s.
std::vector<Tic> multiples(double low, double high, double step, int power, double unit) {
  const double length = step * pow(10.0, double(power));
  const double slack = 1e-9 * length;
  const double largest = std::max(std::abs(low), std::abs(high));
  const bool plain = unit == 1 && power >= -6 && (largest < 1e6 || (power >= 0 && largest < 1e10));
  const int digits = plain ? std::max(0, -power) : std::clamp(magnitude(largest) - power, 0, 17);
  std::vector<Tic> tics;
  for (double k = std::ceil((low - slack) / length); k * length <= high + slack; ++k) {
    // Divided by a power of ten a multiple is the double nearest to its decimal.
    const double value = power < 0 ? k * step / pow(10.0, double(-power)) : k * length;
    if (!std::isfinite(value * unit)) continue;
    tics.push_back(
        {value * unit, plain ? with_decimals(value, digits) : exponential(value * unit, digits)});
    if (tics.size() > 100) break;
  }
  return tics;
}

std::vector<Tic> linear_tics_in(double low, double high, int count, double unit, bool whole) {
  const double rough = (high - low) / std::max(1, count);
  int power = std::max(-300, magnitude(rough));
  if (whole) power = std::max(power, 0);
  for (;; ++power)
    for (const double step : {1.0, 2.0, 5.0})
      if (step * pow(10.0, double(power)) >= rough * (1 - 1e-9))
        return multiples(low, high, step, power, unit);
}

/// Over less than two decades with equal decimals.
std::vector<Tic> logarithmic_tics(double least, double most) {
  const std::vector<double> values = log_tics(least, most);
  constexpr int kMostDecimals = 6;
  int decimals = most < 100 * least && most < 1e6 ? 0 : kMostDecimals;
  const auto inexact = [&](double value) {
    return std::abs(std::stod(fmt::format("{:.{}f}", value, decimals)) / value - 1) > 1e-9;
  };
  while (decimals < kMostDecimals && std::any_of(values.begin(), values.end(), inexact)) ++decimals;
  std::vector<Tic> tics;
  for (const double value : values)
    tics.push_back({value, decimals < kMostDecimals ? fmt::format("{:.{}f}", value, decimals)
                                                    : fmt::format("{:.6g}", value)});
  return tics;
}

}  // namespace

std::vector<Tic> linear_tics(double least, double most, int count) {
  const double unit = unit_of(least, most);
  return linear_tics_in(least / unit, most / unit, count, unit, false);
}

Axis::Axis(double low, double high) : unit_(unit_of(low, high)) {
  low_ = low / unit_;
  high_ = high / unit_;
  if (is_single()) widen();
}

Axis Axis::around(double least, double most) {
  Axis axis;
  axis.unit_ = unit_of(least, most);
  axis.low_ = least / axis.unit_;
  axis.high_ = most / axis.unit_;
  axis.widen();
  return axis;
}

/// Rounding apart the two ends are one: there is nothing to tell apart.
bool Axis::is_single() const {
  return !(high_ - low_ > 1e-12 * std::max(std::abs(low_), std::abs(high_)));
}

void Axis::widen() {
  const double largest = std::max(std::abs(low_), std::abs(high_));
  const double margin = !is_single() ? (high_ - low_) / 20 : largest == 0 ? 1 : largest / 20;
  low_ -= margin;
  high_ += margin;
}

Axis Axis::logarithmic(double least, double most) {
  Axis axis;
  axis.log_ = true;
  axis.low_ = log10(least);
  axis.high_ = log10(most);
  double margin = (axis.high_ - axis.low_) / 20;
  if (margin < 1e-9) margin = 0.5;
  axis.low_ -= margin;
  axis.high_ += margin;
  return axis;
}

double Axis::shown(double value) const { return log_ ? log10(value) : value / unit_; }

double Axis::place(double value) const {
  if (!std::isfinite(value) || (log_ && value <= 0))
    return std::numeric_limits<double>::quiet_NaN();
  return std::clamp((shown(value) - low_) / (high_ - low_), -1000.0, 1000.0);
}

std::vector<Tic> Axis::tics(double length, bool wide) const {
  if (log_) return logarithmic_tics(pow(10.0, low_), pow(10.0, high_));
  const int count = std::clamp(int(length / (wide ? 60 : 42)), 2, 12);
  return linear_tics_in(low_, high_, count, unit_, whole_);
}

std::string Axis::commands(const std::string& name, const std::vector<Tic>& tics) const {
  std::string list;
  for (const Tic& tic : tics)
    list += fmt::format("{}{} {}", list.empty() ? "" : ",", quote_tic(tic.label),
                        number(place(tic.value)));
  return fmt::format("set {0}range [0:1]\nset {0}tics ({1})\n", name, list);
}

std::pair<double, double> extremes(const std::vector<double>& values) {
  double least = std::numeric_limits<double>::infinity(), most = -least;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    least = std::min(least, value);
    most = std::max(most, value);
  }
  return least > most ? std::pair{0.0, 1.0} : std::pair{least, most};
}

bool any_finite(const std::vector<double>& values) {
  return std::any_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

double widest(const std::vector<Tic>& tics) {
  double width = 0;
  for (const Tic& tic : tics) width = std::max(width, text_width(tic.label));
  return width;
}

}  // namespace plots
