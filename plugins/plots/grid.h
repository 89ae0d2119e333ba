#pragma once
#include <optional>
#include <string>
#include <vector>

#include "axis.h"
#include "canvas.h"
#include "gnuplot.h"
#include "images.h"
#include "levels.h"
#include "mosaic.h"

namespace plots {

constexpr double kBorder = 2;       ///< px of the drawing around an image, for a border
constexpr double kTitleLine = 16;   ///< px for a line above an image
constexpr double kHeaderLine = 24;  ///< px for a line above all of them

/// The values that the lines and columns of a grid stand for, shown on axes at its sides.
struct GridAxis {
  double first,
      last;  ///< at the middle of the first and of the last image, from left and from below
  std::string label;
};

/// Images in the places of a mosaic, and what stands around them.
class Grid {
 public:
  Grid(const Mosaic& mosaic, double scale);
  /// An image of the mosaic's size at a place; pixels that are not a number stay white.
  void paint(std::int64_t place, const Image& image, const Levels& levels,
             const std::string& colormap);
  /// A text of so many lines above an image.
  void title(std::int64_t place, const std::string& text, double lines);
  void border(std::int64_t place, Rgb color);
  /// A text above all.
  void header(const std::string& text);
  /// Texts above the columns, `parts` above equal parts of each, in a line of their own below the
  /// header; they begin anew until all have one.
  void headings(const std::vector<std::string>& texts, std::int64_t parts);
  void axes(const std::optional<GridAxis>& x, const std::optional<GridAxis>& y);
  Drawing drawing() const;

 private:
  /// px of the drawing, and of the canvas, into each other.
  double own(double px) const { return px * scale_ / mosaic_.zoom; }
  double px(double own) const { return own * mosaic_.zoom / scale_; }
  void label(const std::string& text, double x, double top, double font);
  std::string axis(const std::string& name, const GridAxis& axis, double first, double pitch,
                   std::int64_t count, double& room) const;

  Mosaic mosaic_;
  double scale_;
  Canvas canvas_;
  std::string commands_, axes_;
  double left_ = 0, right_ = 0, bottom_ = 0;  ///< px of the drawing beside the images
};

}  // namespace plots
