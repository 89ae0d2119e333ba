#include "levels.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace plots {
namespace {

/// "row 3", "rows 3, 7 and 10", "rows 1, 2, 3, 4, 5, 6, 7, 8 and 20 more".
std::string listed(const std::vector<std::int64_t>& rows) {
  constexpr std::size_t kMost = 8;
  if (rows.size() == 1) return fmt::format("row {}", rows[0]);
  const std::size_t shown = rows.size() <= kMost + 1 ? rows.size() - 1 : kMost;
  const std::vector<std::int64_t> first(rows.begin(), rows.begin() + std::ptrdiff_t(shown));
  const std::string last = shown + 1 == rows.size() ? std::to_string(rows.back())
                                                    : fmt::format("{} more", rows.size() - shown);
  return fmt::format("rows {} and {}", fmt::join(first, ", "), last);
}

}  // namespace

double Levels::share(double value) const {
  if (high <= low) return 0;
  // Halves, so that a range of all doubles does not overflow.
  return std::clamp((value / 2 - low / 2) / (high / 2 - low / 2), 0.0, 1.0);
}

Levels levels_of(const std::vector<Image>& images) {
  Levels levels{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (const Image& image : images)
    for (const double value : image.values) {
      if (!std::isfinite(value)) continue;
      levels.low = std::min(levels.low, value);
      levels.high = std::max(levels.high, value);
    }
  return levels;
}

void Unshown::look(const Image& image, const Levels& levels, std::int64_t row) {
  const auto not_numbers = std::count_if(image.values.begin(), image.values.end(),
                                         [](double v) { return std::isnan(v); });
  if (not_numbers > 0) missing_.push_back(row);
  pixels_ += not_numbers;
  // Rounding alone, as of f32, is nothing to tell.
  const double slack = 1e-6 * (levels.high / 2 - levels.low / 2);
  bool is_beyond = false;
  for (const double value : image.values) {
    if (!(value < levels.low - slack || value > levels.high + slack)) continue;
    if (beyond_.empty() && !is_beyond) least_ = most_ = value;
    least_ = std::min(least_, value);
    most_ = std::max(most_, value);
    is_beyond = true;
  }
  if (!is_beyond) return;
  beyond_.push_back(row);
  levels_ = levels;
}

std::vector<std::string> Unshown::lines(const std::string& what, const std::string& remedy) const {
  std::vector<std::string> lines;
  if (!missing_.empty())
    lines.push_back(fmt::format("{}: {} pixels are not a number and stay white, in {}", what,
                                pixels_, listed(missing_)));
  if (!beyond_.empty())
    lines.push_back(fmt::format(
        "{}: values from {:.6g} to {:.6g} are beyond the range {:.6g} to {:.6g} and drawn as its "
        "ends, in {}; {}",
        what, least_, most_, levels_.low, levels_.high, listed(beyond_), remedy));
  return lines;
}

}  // namespace plots
