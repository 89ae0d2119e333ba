#include "png.h"

#include <zlib.h>

#include <cstdlib>
#include <stdexcept>

namespace {

void require(bool condition, const char* what) {
  if (!condition) throw std::runtime_error(std::string("PNG: ") + what);
}

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | std::uint8_t(bytes[std::size_t(i)]);
  return value;
}

/// The filters of the PNG specification, section 9.
int predicted(int filter, int left, int up, int corner) {
  if (filter == 1) return left;
  if (filter == 2) return up;
  if (filter == 3) return (left + up) / 2;
  if (filter != 4) return 0;
  const int p = left + up - corner;
  const int a = std::abs(p - left), b = std::abs(p - up), c = std::abs(p - corner);
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

std::string unfiltered(const std::string& raw, const Png& png) {
  const int stride = png.width * png.channels, n = png.channels;
  std::string out(std::size_t(stride * png.height), '\0');
  const auto at = [&](int x, int y) {
    return x < 0 || y < 0 ? 0 : int(std::uint8_t(out[std::size_t(y * stride + x)]));
  };
  for (int y = 0; y < png.height; ++y) {
    const std::size_t line = std::size_t(y * (stride + 1));
    const int filter = std::uint8_t(raw[line]);
    require(filter <= 4, "unknown filter");
    for (int x = 0; x < stride; ++x)
      out[std::size_t(y * stride + x)] =
          char(std::uint8_t(raw[line + 1 + std::size_t(x)]) +
               predicted(filter, at(x - n, y), at(x, y - 1), x < n ? 0 : at(x - n, y - 1)));
  }
  return out;
}

}  // namespace

std::uint32_t Png::at(int x, int y) const {
  const auto* pixel =
      reinterpret_cast<const std::uint8_t*>(&bytes.at(std::size_t((y * width + x) * channels)));
  return std::uint32_t(pixel[0] << 16 | pixel[1] << 8 | pixel[2]);
}

Png read_png(std::string_view file) {
  require(file.substr(0, 8) == std::string_view("\x89PNG\r\n\x1a\n", 8), "no signature");
  file.remove_prefix(8);
  Png png;
  std::string packed;
  for (bool ended = false; !ended;) {
    require(file.size() >= 12, "cut off");
    const std::size_t length = big_endian(file);
    require(file.size() >= length + 12, "cut off");
    const std::string_view type = file.substr(4, 4), data = file.substr(8, length);
    const auto sum = crc32(0, reinterpret_cast<const Bytef*>(type.data()), uInt(length + 4));
    require(sum == big_endian(file.substr(8 + length)), "wrong checksum");
    if (type == "IHDR") {
      png.width = int(big_endian(data));
      png.height = int(big_endian(data.substr(4)));
      require(data[8] == 8 && data[12] == 0, "not 8 bits without interlacing");
      require(data[9] == 2 || data[9] == 6, "neither RGB nor RGBA");
      png.channels = data[9] == 2 ? 3 : 4;
    }
    if (type == "IDAT") packed += data;
    ended = type == "IEND";
    file.remove_prefix(length + 12);
  }
  std::string raw(std::size_t((png.width * png.channels + 1) * png.height), '\0');
  uLongf size = raw.size();
  require(uncompress(reinterpret_cast<Bytef*>(raw.data()), &size,
                     reinterpret_cast<const Bytef*>(packed.data()), packed.size()) == Z_OK &&
              size == raw.size(),
          "damaged pixels");
  png.bytes = unfiltered(raw, png);
  return png;
}
