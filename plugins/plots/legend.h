#pragma once
#include <string>
#include <vector>

namespace plots {

/// A line in an area whose sides are 1, from the lower left; what is not finite interrupts it.
struct Curve {
  std::vector<double> x, y;
};

/// Where a box of `width`×`height` (shares of the area) hides the least of the curves, in gnuplot's
/// words ("top right", "center left"): the first of the best in matplotlib's order.
std::string emptiest_place(const std::vector<Curve>& curves, double width, double height);

}  // namespace plots
