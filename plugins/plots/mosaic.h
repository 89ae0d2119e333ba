#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace plots {

/// What decides where the images of a grid lie.
struct MosaicRequest {
  std::int64_t images;         ///< at least 1
  std::int64_t columns;        ///< at most, at least 1
  std::int64_t height, width;  ///< of one image, in its own pixels
  double spacing;              ///< between images, as a share of their shorter side
  double widest, tallest;      ///< px of the drawing; tallest 0: no limit
  double scale;                ///< pixels of the PNG for a px of the drawing
  double band;                 ///< px of the drawing above each image, for its title
  double header;               ///< px of the drawing above all of them
  double frame;                ///< px of the drawing around each image, for its border
};

/// The places of a grid's images on a canvas, in pixels of the canvas: one is an image's own pixel,
/// or where the images are much finer than the figure, the corner one of reduce×reduce.
struct Mosaic {
  std::int64_t columns, lines;
  std::int64_t image_width, image_height, gap, band, header;
  std::int64_t reduce;
  double zoom;  ///< pixels of the PNG for one of the canvas; whole where it is at least 4

  std::int64_t width() const { return columns * (image_width + gap); }
  std::int64_t height() const { return header + lines * (image_height + band + gap); }
  std::int64_t left(std::int64_t image) const {
    return gap / 2 + image % columns * (image_width + gap);
  }
  std::int64_t top(std::int64_t image) const {
    return header + gap / 2 + band + image / columns * (image_height + band + gap);
  }
};

/// As large as fits. Error if the images would be less than 4 pixels wide or the canvas is too
/// large to draw.
Mosaic arrange(const MosaicRequest& request);

}  // namespace plots
