#pragma once
#include <cstdint>
#include <string>

#include "script.h"

namespace plots {

/// Pixels in rows from the top, transparent at first.
class Canvas {
 public:
  Canvas(std::int64_t width, std::int64_t height)
      : width_(width), height_(height), bytes_(std::size_t(4 * width * height), '\0') {}
  std::int64_t width() const { return width_; }
  std::int64_t height() const { return height_; }
  void set(std::int64_t x, std::int64_t y, Rgb color) {
    char* pixel = &bytes_[std::size_t(4 * (y * width_ + x))];
    pixel[0] = char(color >> 16);
    pixel[1] = char(color >> 8);
    pixel[2] = char(color);
    pixel[3] = '\xff';
  }
  /// Lays a colour over what is there, with an opacity from 0 to 1.
  void blend(std::int64_t x, std::int64_t y, Rgb color, double opacity);
  /// Red, green, blue and opacity of each pixel.
  const std::string& bytes() const { return bytes_; }

 private:
  std::int64_t width_, height_;
  std::string bytes_;
};

}  // namespace plots
