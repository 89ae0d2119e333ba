#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "script.h"

namespace plots {

/// How numbers become the colours of points.
struct ColorScale {
  std::string commands;        ///< gnuplot's palette, range and the colour bar's tics
  double tics_width = 48;      ///< px that the bar's texts need
  std::vector<double> values;  ///< what each point gives to the palette
  std::vector<Rgb> steps;      ///< of the palette, from the lowest value to the highest
  bool smooth = false;         ///< values are from 0 to 1; else they number the steps

  Rgb color(std::size_t point) const;
};

/// The most classes that a colour bar takes for steps of its own by itself, and at all.
constexpr std::size_t kFewClasses = 20, kMostClasses = 64;

/// A smooth colour bar from the smallest to the largest value. `values` are finite, at least one.
/// Where there are `names`, the bar has those of the whole numbers on it in place of numbers.
ColorScale continuous_scale(const std::vector<double>& values, const std::string& colormap,
                            const std::vector<std::string>& names);

/// The distinct values, ascending; one more than `most` of them at most.
std::vector<double> distinct(const std::vector<double>& values, std::size_t most);

/// A colour bar of one step a class, from the map's start to its end. The classes are `names`, that
/// values number from 0, or where there are none the distinct values. Error if a value is not
/// whole, has no name, or if there are more than kMostClasses.
ColorScale class_scale(const std::vector<double>& values, const std::string& colormap,
                       const std::vector<std::string>& names);

}  // namespace plots
