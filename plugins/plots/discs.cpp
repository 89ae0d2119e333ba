#include "discs.h"

#include <algorithm>
#include <cmath>

namespace plots {

void draw_discs(const std::vector<Disc>& discs, double diameter, Canvas& canvas) {
  const double radius = diameter;  // two pixels a px, half a diameter
  for (const Disc& disc : discs) {
    const double x = disc.x * double(canvas.width()), y = (1 - disc.y) * double(canvas.height());
    const auto first = [&](double center) {
      return std::max<std::int64_t>(0, std::int64_t(std::floor(center - radius - 1)));
    };
    const auto last = [&](double center, std::int64_t size) {
      return std::min(size - 1, std::int64_t(std::ceil(center + radius + 1)));
    };
    for (std::int64_t row = first(y); row <= last(y, canvas.height()); ++row)
      for (std::int64_t column = first(x); column <= last(x, canvas.width()); ++column) {
        const double across = double(column) + 0.5 - x, down = double(row) + 0.5 - y;
        const double covered = radius + 0.5 - std::sqrt(across * across + down * down);
        if (covered > 0) canvas.blend(column, row, disc.color, std::min(covered, 1.0));
      }
  }
}

}  // namespace plots
