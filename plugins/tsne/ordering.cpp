#include "ordering.h"

#include <algorithm>
#include <cmath>

#include "map_range.h"

namespace pipeline::tsne {
namespace {

constexpr int kBits = 12;  // of each coordinate
constexpr std::uint32_t kSide = 1u << kBits;

/// The place along the curve of a cell (Warren's form of the algorithm: turn and reflect the
/// quadrants from the largest to the smallest).
std::uint32_t curve_place(std::uint32_t x, std::uint32_t y) {
  std::uint32_t place = 0;
  for (std::uint32_t bit = kSide / 2; bit > 0; bit /= 2) {
    const std::uint32_t right = (x & bit) != 0, up = (y & bit) != 0;
    place = place * 4 + ((3 * right) ^ up);
    if (up) continue;
    if (right) x = kSide - 1 - x, y = kSide - 1 - y;
    std::swap(x, y);
  }
  return place;
}

struct Axis {
  Axis(const float* values, std::int64_t n) {
    const MapRange range = map_range(values, n);
    least = range.least;
    scale = float(kSide - 1) / (range.most - range.least);
    // One cell where the range is too small to be divided by.
    if (!std::isfinite(scale)) scale = 0;
  }
  std::uint32_t cell(float value) const {
    return std::min(std::uint32_t((value - least) * scale), kSide - 1);
  }
  float least, scale;
};

}  // namespace

std::vector<std::int32_t> curve_order(const Points& points) {
  const float *x = points.data, *y = points.data + points.stride;
  const Axis across(x, points.count), along(y, points.count);
  // The place above, the index below.
  std::vector<std::uint64_t> keys(std::size_t(points.count));
  for (std::size_t i = 0; i < keys.size(); ++i)
    keys[i] = std::uint64_t(curve_place(across.cell(x[i]), along.cell(y[i]))) << 32 | i;
  std::sort(keys.begin(), keys.end());
  std::vector<std::int32_t> order(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) order[i] = std::int32_t(keys[i] & 0xffffffffu);
  return order;
}

}  // namespace pipeline::tsne
