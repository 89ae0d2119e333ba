#pragma once
#include <string>
#include <vector>

#include "frame.h"

namespace plots {

/// Bars of one colour, each from one value to another on both axes.
struct Bars {
  std::string label;                             ///< in the legend; none where it is empty
  std::vector<double> left, right, bottom, top;  ///< values on the axes; finite
  Rgb color = 0;
};

/// The bars in a frame, later ones before earlier ones, with a legend at gnuplot's `place`.
Drawing draw_bars(const Frame& frame, const std::vector<Bars>& all, const std::string& place);

}  // namespace plots
