#pragma once
#include <vector>

namespace pipeline::data {

/// In a box of width and height 1, y downwards.
struct Point {
  double x = 0, y = 0;
};
/// A curve through its points, or the straight line between two.
using Stroke = std::vector<Point>;
/// The strokes of one way to write a digit; where strokes meet, a point is common to both.
using Glyph = std::vector<Stroke>;

/// The ways to write a digit (0 … 9); at least one.
const std::vector<Glyph>& glyphs_of(int digit);

/// Points close together along the stroke: a Catmull-Rom spline through its points (Catmull and
/// Rom, 1974), closed if the last point is the first.
Stroke smooth(const Stroke& stroke);

}  // namespace pipeline::data
