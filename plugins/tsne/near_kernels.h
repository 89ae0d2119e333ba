#pragma once
#include "kernels.h"
#include "vector.h"

// Near pairs, one by one; included by the two kernel builds alone.
//
// On a coarse grid K(r) = 1/(1 + r²) is too narrow. Within a radius R the grid has, instead of K,
// its Taylor polynomial of second degree in r² about R², which joins K smoothly. What the
// polynomial lacks is exactly u³·K with u = (R² - r²)/(1 + R²), and of the force K²
//   -d(u³·K)/d(r²) = u²·K·(3/(1 + R²) + u·K).
// Beyond R, u is set to 0, so farther points may be among those that are summed.

namespace pipeline::tsne {
namespace {

/// Sums over near points for kLanes points at a time; distances in nodes.
struct NearSums {
  V row, column, lack;
};

struct NearKernel {
  float square_spacing;
  float edge, per_node;  ///< u = edge - per_node·(squared distance)
  float three;           ///< 3/(1 + R²)
};

TSNE_INLINE NearKernel near_kernel(float spacing) {
  const float square = spacing * spacing, radius = square * kReach * kReach;
  return {square, radius / (1 + radius), square / (1 + radius), 3 / (1 + radius)};
}

TSNE_INLINE void add_near(const NearKernel& kernel, V row, V column, float other_row,
                          float other_column, NearSums& sums) {
  const V down = row - all(other_row), along = column - all(other_column);
  const V square = fma(along, along, down * down);
  const V u = max(fnma(square, all(kernel.per_node), all(kernel.edge)), all(0));
  const V k = all(1) / fma(square, all(kernel.square_spacing), all(1));
  const V uk = u * k, uuk = u * uk;
  const V force = uuk * (all(kernel.three) + uk);
  sums.lack = fma(uuk, u, sums.lack);
  sums.row = fma(force, down, sums.row);
  sums.column = fma(force, along, sums.column);
}

/// The near points of points first to first + 15, of which `count` are of the strip.
TSNE_INLINE double near_group(const StripPoints& points, int strip, std::int32_t first,
                              std::int32_t count, const NearKernel& kernel, float spacing,
                              float* force, std::size_t stride) {
  const int columns = points.columns;
  const int low = int(points.column[first]) - kReach;
  const int high = int(points.column[first + count - 1]) + kReach + 1;
  const int from = low < 0 ? 0 : low, to = high > columns ? columns : high;
  alignas(64) float row[16], column[16], lack[16];
  for (int half = 0; half < 16; half += kLanes) {
    const V at_row = load(points.row + first + half),
            at_column = load(points.column + first + half);
    NearSums sums = {all(0), all(0), all(0)};
    for (int s = strip == 0 ? 0 : strip - 1; s <= strip + 1 && s < points.strips; ++s) {
      const std::int32_t* begin = points.begin + std::ptrdiff_t(s) * columns;
      for (std::int32_t j = begin[from]; j < begin[to]; ++j)
        add_near(kernel, at_row, at_column, points.row[j], points.column[j], sums);
    }
    store(row + half, sums.row);
    store(column + half, sums.column);
    store(lack + half, sums.lack);
  }
  double total = 0;
  for (std::int32_t k = 0; k < count; ++k) {
    const std::int32_t i = points.point[first + k];
    force[i] += spacing * row[k];
    force[stride + i] += spacing * column[k];
    total += lack[k];
  }
  return total;
}

double near(const StripPoints& points, int strip, float spacing, float* force, std::size_t stride) {
  const std::int32_t* begin = points.begin + std::ptrdiff_t(strip) * points.columns;
  const std::int32_t end = begin[points.columns];
  const NearKernel kernel = near_kernel(spacing);
  double total = 0;
  for (std::int32_t first = *begin; first < end; first += 16)
    total += near_group(points, strip, first, end - first < 16 ? end - first : 16, kernel, spacing,
                        force, stride);
  return total;
}

}  // namespace
}  // namespace pipeline::tsne
