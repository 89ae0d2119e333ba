#include "canvas.h"

#include <cmath>

namespace plots {

void Canvas::blend(std::int64_t x, std::int64_t y, Rgb color, double opacity) {
  auto* pixel = reinterpret_cast<std::uint8_t*>(&bytes_[std::size_t(4 * (y * width_ + x))]);
  const double below = pixel[3] / 255.0 * (1 - opacity), together = opacity + below;
  if (together <= 0) return;
  for (int c = 0; c < 3; ++c) {
    const double channel = color >> (16 - 8 * c) & 255;
    pixel[c] = std::uint8_t(std::lround((channel * opacity + pixel[c] * below) / together));
  }
  pixel[3] = std::uint8_t(std::lround(together * 255));
}

}  // namespace plots
