#pragma once
#include <string>
#include <vector>

#include "frame.h"
#include "gnuplot.h"

namespace plots {

/// A line through values, on request with a band around it.
struct Series {
  std::string label;              ///< in the legend; none where it is empty
  std::vector<double> x, y;       ///< of equal length; what has no place on the axes leaves a gap
  std::vector<double> low, high;  ///< the band's edges at each x; none where they are empty
  Rgb color = 0;
  bool dashed = false, second_axis = false;
};

/// The colour of the n-th of several things: matplotlib's ten (tab10), again from the start.
Rgb series_color(std::size_t n);

/// The series in a frame, with a legend where it hides the least of them.
Drawing draw_series(const Frame& frame, const std::vector<Series>& series);

/// The commands for a legend of the labels at gnuplot's `place` ("top right").
std::string legend(const std::vector<std::string>& labels, const std::string& place);

/// Shares of an area in px that a legend of the labels takes, width and height.
std::pair<double, double> legend_size(const std::vector<std::string>& labels, const Area& area);

}  // namespace plots
