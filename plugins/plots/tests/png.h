#pragma once
#include <cstdint>
#include <string>
#include <string_view>

/// A picture read from a PNG file of 8-bit RGB or RGBA without interlacing.
struct Png {
  int width = 0, height = 0, channels = 0;
  std::string bytes;
  /// Red << 16 | green << 8 | blue, from the upper left.
  std::uint32_t at(int x, int y) const;
};

/// Throws std::runtime_error for what is no such file, or where a chunk's checksum is wrong.
Png read_png(std::string_view file);
