#include "grid_repulsion.h"

#include <algorithm>
#include <cmath>

#include "pipeline/error.h"

namespace pipeline::tsne {
namespace {

constexpr int kLeastIntervals = 32;
/// A point's four nodes begin one before it; one more for what rounding does.
constexpr int kExtraNodes = 5;

struct Range {
  float least, most;
};

Range range_of(const float* values, std::int64_t n) {
  Range range;
  if (!kernels().bounds(values, n, &range.least, &range.most) ||
      std::max(-range.least, range.most) > 1e9f)
    throw Error("the map burst: its points flew apart without end; set a lower learning_rate");
  return range;
}

/// The place on the grid's axis, in nodes, of a coordinate.
float place(float coordinate, float first, float inverse_spacing) {
  return (coordinate - first) * inverse_spacing;
}

}  // namespace

GridShape GridRepulsion::shape_for(const Points& points) {
  const Range x = range_of(points.data, points.count);
  const Range y = range_of(points.data + points.stride, points.count);
  const double height = double(x.most) - x.least, width = double(y.most) - y.least;
  const double side = std::max({height, width, 1e-9});
  double spacing = kSpacing;
  bool fine = true;
  if (side < kLeastIntervals * kSpacing) {
    // Steps of sqrt(2), so that a growing map does not need another kernel at each step.
    const double halvings = std::ceil(2 * std::log2(kLeastIntervals * kSpacing / side));
    spacing = kSpacing * std::exp2(-halvings / 2);
  } else if (side > (kMaxNodes - kExtraNodes) * kSpacing) {
    fine = false;
    const double doublings =
        std::ceil(2 * std::log2(side / ((kMaxNodes - kExtraNodes) * kSpacing)));
    spacing = kSpacing * std::exp2(doublings / 2);
  }
  const auto nodes = [&](double length) {
    return FftPlan::good_size(std::max(int(length / spacing) + kExtraNodes, 16));
  };
  return {nodes(height), nodes(width), spacing, x.least, y.least, side, fine};
}

void GridRepulsion::sort(const Points& points, const GridShape& shape) {
  const std::size_t n = std::size_t(points.count);
  for (auto* list : {&point_, &row_, &column_, &next_}) list->resize(n);
  row_fraction_.resize(n);
  column_fraction_.resize(n);
  row_begin_.assign(std::size_t(shape.rows) + 1, 0);
  const float inverse = float(1 / shape.spacing);
  for (std::size_t i = 0; i < n; ++i) {
    next_[i] =
        std::min(std::int32_t(place(points.data[i], shape.first_row, inverse)), shape.rows - 4);
    ++row_begin_[std::size_t(next_[i]) + 1];
  }
  for (int r = 0; r < shape.rows; ++r) row_begin_[std::size_t(r) + 1] += row_begin_[std::size_t(r)];
  std::vector<std::int32_t> free(row_begin_.begin(), row_begin_.end() - 1);
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t s = std::size_t(free[std::size_t(next_[i])]++);
    const float across = place(points.data[i], shape.first_row, inverse);
    const float along = place(points.data[points.stride + i], shape.first_column, inverse);
    point_[s] = std::int32_t(i);
    row_[s] = next_[i];
    column_[s] = std::min(std::int32_t(along), shape.columns - 4);
    row_fraction_[s] = across - float(row_[s]);
    column_fraction_[s] = along - float(column_[s]);
  }
}

SortedPoints GridRepulsion::sorted() const {
  return {point_.data(), column_.data(), row_fraction_.data(), column_fraction_.data(),
          row_begin_.data()};
}

double GridRepulsion::compute(const Points& points, const GridShape& shape, float* force,
                              Workers& workers) {
  grid_.resize(shape.rows, shape.columns, shape.spacing, workers);
  sort(points, shape);
  const SortedPoints sorted = this->sorted();
  workers.pieces(shape.rows, 8, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t r = first; r < last; ++r)
      kernels().spread(sorted, int(r), grid_.row(int(r)), grid_.stride());
  });
  grid_.convolve(workers);
  const float half_inverse = float(0.5 / shape.spacing);
  const ConvolutionGrid grid = grid_.view();
  const double field = workers.sum(points.count, 1024, [&](std::int64_t first, std::int64_t last) {
    return kernels().interpolate(sorted, row_.data(), first, last, grid, half_inverse, force,
                                 points.stride);
  });
  const double n = double(points.count);
  return field + grid_.shift() * n * n - n;
}

}  // namespace pipeline::tsne
