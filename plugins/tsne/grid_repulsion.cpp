#include "grid_repulsion.h"

#include <algorithm>
#include <cmath>

#include "map_range.h"
#include "pipeline/math.h"

namespace pipeline::tsne {
namespace {

constexpr int kLeastIntervals = 32;
/// A point's four nodes begin one before it; one more for what rounding does.
constexpr int kExtraNodes = 5;

// What things cost, in the time of one of all pairs (AVX-512, one thread: 0.11 ns).
constexpr double kNodeCost = 50;
/// Of a point's near sums: alone, and by points a node.
constexpr double kPointCost = 70, kDensityCost = 140;

/// Nodes at most `most` apart over a map; see GridRepulsion::shape_for.
GridShape with_spacing(double spacing, MapRange x, MapRange y) {
  const double height = double(x.most) - x.least, width = double(y.most) - y.least;
  const double side = std::max({height, width, 1e-9});
  const double least = kLeastIntervals * spacing;
  const double most = (GridRepulsion::kMaxNodes - kExtraNodes) * spacing;
  // Steps of sqrt(2), so that a growing map does not need another kernel at each step.
  if (side < least) spacing *= math::exp2(-std::ceil(2 * math::log2(least / side)) / 2);
  if (side > most) spacing *= math::exp2(std::ceil(2 * math::log2(side / most)) / 2);
  const auto nodes = [&](double length) {
    return FftPlan::good_size(std::max(int(length / spacing) + kExtraNodes, 16));
  };
  GridShape shape{nodes(height), nodes(width), spacing,      false, x.least,
                  y.least,       side,         side <= most, 0};
  shape.cost = kNodeCost * shape.rows * shape.columns;
  return shape;
}

}  // namespace

GridShape GridRepulsion::shape_for(const Points& points) {
  const MapRange x = map_range(points.data, points.count);
  const MapRange y = map_range(points.data + points.stride, points.count);
  const double n = double(points.count);
  GridShape best = with_spacing(kFine, x, y);
  for (double spacing : {kCoarse / 2, kCoarse}) {
    GridShape coarse = with_spacing(spacing, x, y);
    if (coarse.spacing < spacing) continue;
    coarse.near = true;
    coarse.cost += n * (kPointCost + kDensityCost * n / (double(coarse.rows) * coarse.columns));
    if (coarse.cost < best.cost || !best.fine) best = coarse;
  }
  return best;
}

void GridRepulsion::spread(const StripPoints& points, Workers& workers) {
  std::fill_n(grid_.row(0), std::size_t(grid_.rows()) * grid_.stride(), 0.f);
  // A strip's points touch three rows of the next, so every other strip at a time.
  for (int parity : {0, 1})
    workers.each((points.strips - parity + 1) / 2, [&](std::int64_t i, int) {
      kernels().spread(points, int(2 * i) + parity, grid_.view());
    });
}

double GridRepulsion::compute(const Points& points, const GridShape& shape, float* force,
                              Workers& workers) {
  grid_.resize(shape.rows, shape.columns, shape.spacing, shape.near ? kReach : 0, workers);
  strips_.sort(points, shape.rows, shape.columns, shape.spacing, shape.first_row,
               shape.first_column);
  const StripPoints sorted = strips_.view();
  spread(sorted, workers);
  grid_.convolve(workers);
  const float half_inverse = float(0.5 / shape.spacing);
  const ConvolutionGrid grid = grid_.view();
  const double field = workers.sum(sorted.strips, 1, [&](std::int64_t strip, std::int64_t) {
    double sum =
        kernels().interpolate(sorted, int(strip), grid, half_inverse, force, points.stride);
    if (shape.near)
      sum += kernels().near(sorted, int(strip), float(shape.spacing), force, points.stride);
    return sum;
  });
  const double n = double(points.count);
  return field + grid_.shift() * n * n - n;
}

}  // namespace pipeline::tsne
