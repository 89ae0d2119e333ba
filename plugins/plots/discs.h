#pragma once
#include <vector>

#include "canvas.h"

namespace plots {

/// A point on a canvas whose sides are 1, from the lower left.
struct Disc {
  double x, y;
  Rgb color;
};

/// Draws discs in their order, with smooth edges. `diameter` is in px of the drawing, of which the
/// canvas has two pixels each.
void draw_discs(const std::vector<Disc>& discs, double diameter, Canvas& canvas);

}  // namespace plots
