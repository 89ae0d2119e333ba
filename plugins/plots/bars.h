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

/// By how much longer than the bars a vertical axis is to be, so that a legend has room above them.
double room_above(const std::vector<Bars>& all, const FigureParams& figure);

/// The bars in a frame, with a legend where it hides the least of them.
Drawing draw_bars(const Frame& frame, const std::vector<Bars>& all);

}  // namespace plots
