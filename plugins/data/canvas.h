#pragma once
#include <span>
#include <vector>

#include "digit_strokes.h"

namespace pipeline::data {

/// Draws lines with round ends into a square image, anti-aliased. Nothing but additions, products,
/// divisions and square roots: the same bits everywhere.
class Canvas {
 public:
  /// `size` pixels wide and high.
  explicit Canvas(int size);
  /// A line through the points, in pixels; the centre of the upper left pixel is (0.5, 0.5).
  void line(std::span<const Point> points);
  /// The image of all lines at a width of 2·radius pixels: 1 on them, 0 off, between at their edge.
  void ink(double radius, std::span<float> pixels) const;

 private:
  void segment(const Point& a, const Point& b);

  int size_;
  std::vector<double> distance_;  ///< squared, of each pixel's centre to the next line
};

}  // namespace pipeline::data
