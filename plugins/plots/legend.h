#pragma once
#include <string>
#include <vector>

namespace plots {

/// A line in an area whose sides are 1, from the lower left; what is not finite interrupts it.
struct Curve {
  std::vector<double> x, y;
};

/// Where a box of `width`×`height` (shares of the area) hides the least of the curves: "top right",
/// "top left", "bottom left" or "bottom right", the first of the best.
std::string emptiest_corner(const std::vector<Curve>& curves, double width, double height);

}  // namespace plots
