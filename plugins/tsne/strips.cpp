#include "strips.h"

#include <algorithm>

namespace pipeline::tsne {

void Strips::sort(const Points& points, int rows, int columns, double spacing, float first_row,
                  float first_column) {
  const std::size_t n = std::size_t(points.count);
  strips_ = (rows + kReach - 1) / kReach;
  columns_ = columns;
  if (point_.size() != n) {
    point_.resize(n);
    cell_.resize(n);
    row_ = Buffer(n + 16);
    column_ = Buffer(n + 16);
  }
  begin_.assign(std::size_t(strips_) * std::size_t(columns) + 1, 0);
  const float inverse = float(1 / spacing);
  const float *x = points.data, *y = points.data + points.stride;
  for (std::size_t i = 0; i < n; ++i) {
    const std::int32_t row = std::int32_t((x[i] - first_row) * inverse);
    const std::int32_t column = std::int32_t((y[i] - first_column) * inverse);
    cell_[i] = row / kReach * columns + column;
    ++begin_[std::size_t(cell_[i])];
  }
  // Ends first; taking the points from the last to the first turns them into beginnings.
  std::int32_t end = 0;
  for (std::int32_t& cell : begin_) cell = end += cell;
  for (std::size_t i = n; i-- > 0;) {
    const std::size_t s = std::size_t(--begin_[std::size_t(cell_[i])]);
    point_[s] = std::int32_t(i);
    row_[s] = (x[i] - first_row) * inverse;
    column_[s] = (y[i] - first_column) * inverse;
  }
}

StripPoints Strips::view() const {
  return {point_.data(), row_.data(), column_.data(), begin_.data(), strips_, columns_};
}

}  // namespace pipeline::tsne
