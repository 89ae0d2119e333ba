#include "mosaic.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pipeline/error.h"
#include "script.h"

namespace plots {
namespace {

using pipeline::Error;

/// gnuplot takes about 100 bytes and a microsecond for each pixel of an image.
constexpr std::int64_t kMostPixels = 8'000'000;
constexpr double kNarrowestImage = 4;

std::int64_t up(double length) { return std::int64_t(std::ceil(length)); }

}  // namespace

Mosaic arrange(const MosaicRequest& r) {
  Mosaic m{};
  m.columns = std::min(r.columns, r.images);
  m.lines = (r.images + m.columns - 1) / m.columns;
  double gap = r.spacing * double(std::min(r.width, r.height));
  // gnuplot draws no image of one line or one column.
  if (m.columns * r.width == 1 || m.lines * r.height == 1) gap = std::max(gap, 1.0);
  const double across = double(m.columns) * (double(r.width) + gap);
  const double down = double(m.lines) * (double(r.height) + gap);

  // Pixels of the PNG for one of an image.
  double zoom = (r.widest - double(m.columns) * 2 * r.frame) * r.scale / across;
  if (r.tallest > 0) {
    const double rest = r.tallest - r.header - double(m.lines) * (r.band + 2 * r.frame);
    zoom = std::min(zoom, rest * r.scale / down);
  }
  if (zoom * double(r.width) < kNarrowestImage)
    throw Error(
        fmt::format("{} images in {} columns and {} lines leave no room for each in {}{} px; "
                    "draw fewer with rows, or in a larger figure",
                    r.images, m.columns, m.lines, number(r.widest),
                    r.tallest > 0 ? "×" + number(r.tallest) : ""));
  m.reduce = std::max<std::int64_t>(1, std::int64_t(1 / zoom));
  m.zoom = zoom * double(m.reduce);
  // Equally large pixels look best; below four the loss of size would be more than a fifth.
  if (m.zoom >= 4) m.zoom = std::floor(m.zoom);

  const double own = r.scale / m.zoom;  // pixels of the canvas for a px of the drawing
  m.image_width = (r.width + m.reduce - 1) / m.reduce;
  m.image_height = (r.height + m.reduce - 1) / m.reduce;
  m.gap = up(gap / double(m.reduce) - 0.5) + 2 * up(r.frame * own);
  if (m.columns * m.image_width == 1 || m.lines * m.image_height == 1)
    m.gap = std::max<std::int64_t>(m.gap, 1);
  m.band = up(r.band * own);
  m.header = up(r.header * own);
  if (m.height() > kMostPixels / std::max<std::int64_t>(1, m.width()))
    throw Error(
        fmt::format("a grid of {} images of {}×{} is too large to draw; draw fewer with rows",
                    r.images, r.height, r.width));
  return m;
}

}  // namespace plots
