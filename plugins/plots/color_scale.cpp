#include "color_scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "axis.h"
#include "colormap.h"
#include "pipeline/error.h"
#include "style.h"

namespace plots {
namespace {

using pipeline::Error;

void require_classes(const std::vector<double>& values, const std::vector<std::string>& names) {
  for (const double value : values) {
    if (value != std::floor(value))
      throw Error(fmt::format(
          "classes have to be whole numbers, got {}; use color_scale: continuous", number(value)));
    if (!names.empty() && !(value >= 0 && value < double(names.size())))
      throw Error(fmt::format("class {} has no name: class_names has {}, for the classes 0 to {}",
                              number(value), names.size(), names.size() - 1));
  }
}

/// The texts beside the steps: of every class, or of many as many as there is room for.
void set_class_tics(ColorScale& scale, const std::vector<double>& classes,
                    const std::vector<std::string>& names) {
  const std::size_t step = (classes.size() + kFewClasses - 1) / kFewClasses;
  const std::vector<std::string> numbers = with_equal_decimals(classes);
  std::string tics;
  scale.tics_width = 0;
  for (std::size_t i = 0; i < classes.size(); i += step) {
    const std::string label = names.empty() ? numbers[i] : names[std::size_t(classes[i])];
    tics += fmt::format("{}{} {}", i ? "," : "", quote_tic(label), i);
    scale.tics_width = std::max(scale.tics_width, text_width(label));
  }
  scale.commands += "set cbtics (" + tics + ")\n";
}

}  // namespace

std::vector<double> distinct(const std::vector<double>& values, std::size_t most) {
  std::set<double> seen;
  for (const double value : values)
    if (seen.insert(value).second && seen.size() > most) break;
  return {seen.begin(), seen.end()};
}

Rgb ColorScale::color(std::size_t point) const {
  const double place = smooth ? values[point] * double(steps.size() - 1) : values[point];
  return steps[std::size_t(std::lround(std::clamp(place, 0.0, double(steps.size() - 1))))];
}

ColorScale continuous_scale(const std::vector<double>& values, const std::string& colormap,
                            const std::vector<std::string>& names) {
  constexpr double kLength = 400;  // px, about
  const auto [least, most] = extremes(values);
  const Axis axis(least, most);
  std::vector<Tic> tics;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (double(i) >= axis.low() && double(i) <= axis.high()) tics.push_back({double(i), names[i]});
  if (tics.empty()) tics = axis.tics(kLength, false);
  ColorScale scale;
  scale.smooth = true;
  scale.commands = palette(colormap) + axis.commands("cb", tics);
  scale.tics_width = widest(tics);
  for (const double value : values) scale.values.push_back(axis.place(value));
  for (int i = 0; i < 256; ++i) scale.steps.push_back(color_at(colormap, i / 255.0));
  return scale;
}

ColorScale class_scale(const std::vector<double>& values, const std::string& colormap,
                       const std::vector<std::string>& names) {
  require_classes(values, names);
  std::vector<double> classes;
  for (std::size_t i = 0; i < names.size(); ++i) classes.push_back(double(i));
  if (names.empty()) classes = distinct(values, kMostClasses);
  if (classes.size() > kMostClasses)
    throw Error(
        fmt::format("the colours are of more than {} classes, too many to tell apart; use "
                    "color_scale: continuous",
                    kMostClasses));
  ColorScale scale;
  for (std::size_t i = 0; i < classes.size(); ++i)
    scale.steps.push_back(
        color_at(colormap, classes.size() == 1 ? 0 : double(i) / double(classes.size() - 1)));
  scale.commands = palette(scale.steps) +
                   fmt::format("set cbrange [-0.5:{}]\n", number(double(classes.size()) - 0.5));
  set_class_tics(scale, classes, names);
  for (const double value : values) {
    const auto place = std::lower_bound(classes.begin(), classes.end(), value);
    scale.values.push_back(double(place - classes.begin()));
  }
  return scale;
}

}  // namespace plots
