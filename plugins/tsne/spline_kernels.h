#pragma once
#include "kernels.h"
#include "vector.h"

// Cubic B-splines between points and grid; included by the two kernel builds alone.

namespace pipeline::tsne {
namespace {

/// Weights of nodes i-1 … i+2 for a point at i + f, and their derivatives.
TSNE_INLINE void weights(float f, float* w) {
  const float g = 1 - f, f2 = f * f, g2 = g * g;
  w[0] = g2 * g * (1.f / 6);
  w[1] = (4 - 6 * f2 + 3 * f2 * f) * (1.f / 6);
  w[2] = (4 - 6 * g2 + 3 * g2 * g) * (1.f / 6);
  w[3] = f2 * f * (1.f / 6);
}
TSNE_INLINE void slopes(float f, float* d) {
  const float g = 1 - f;
  d[0] = -0.5f * g * g;
  d[1] = f * (1.5f * f - 2);
  d[2] = g * (2 - 1.5f * g);
  d[3] = 0.5f * f * f;
}

void spread(const SortedPoints& points, int row, float* values, std::size_t columns) {
  for (std::size_t i = 0; i < columns; i += kLanes) store(values + i, all(0));
  for (int k = 3; k >= 0; --k) {
    const int first_node = row - k;  // of the points for which this row is node k
    if (first_node < 0) continue;
    for (std::int32_t s = points.row_begin[first_node]; s < points.row_begin[first_node + 1]; ++s) {
      float in_row[4];
      alignas(16) float in_column[4];
      weights(points.row_fraction[s], in_row);
      weights(points.column_fraction[s], in_column);
      float* at = values + points.column[s];
      _mm_storeu_ps(at,
                    _mm_fmadd_ps(_mm_set1_ps(in_row[k]), _mm_load_ps(in_column), _mm_loadu_ps(at)));
    }
  }
}

TSNE_INLINE float dot4(__m128 x, const float* y) {
  alignas(16) float p[4];
  _mm_store_ps(p, _mm_mul_ps(x, _mm_load_ps(y)));
  return (p[0] + p[2]) + (p[1] + p[3]);
}

double interpolate(const SortedPoints& points, const std::int32_t* rows, std::int64_t first,
                   std::int64_t last, const ConvolutionGrid& grid, float half_inverse_spacing,
                   float* force, std::size_t stride) {
  double sum = 0;
  for (std::int64_t s = first; s < last; ++s) {
    float row_weight[4], row_slope[4];
    alignas(16) float column_weight[4], column_slope[4];
    weights(points.row_fraction[s], row_weight);
    slopes(points.row_fraction[s], row_slope);
    weights(points.column_fraction[s], column_weight);
    slopes(points.column_fraction[s], column_slope);
    const float* at = grid.values + std::size_t(rows[s]) * grid.stride + points.column[s];
    __m128 field = _mm_setzero_ps(), slope = field;
    for (int k = 0; k < 4; ++k) {
      __m128 v = _mm_loadu_ps(at + k * grid.stride);
      field = _mm_fmadd_ps(_mm_set1_ps(row_weight[k]), v, field);
      slope = _mm_fmadd_ps(_mm_set1_ps(row_slope[k]), v, slope);
    }
    sum += dot4(field, column_weight);
    const std::int32_t i = points.point[s];
    force[i] = -half_inverse_spacing * dot4(slope, column_weight);
    force[stride + i] = -half_inverse_spacing * dot4(field, column_slope);
  }
  return sum;
}

}  // namespace
}  // namespace pipeline::tsne

#define TSNE_KERNELS                                                                \
  {                                                                                 \
    .distances = distances, .at_most = at_most, .attract = attract,                 \
    .cross_entropy = cross_entropy, .repel = repel, .bounds = bounds, .step = step, \
    .combine = combine, .spread = spread, .interpolate = interpolate,               \
    .columns_forward = columns_forward, .rows_convolve = rows_convolve,             \
    .columns_inverse = columns_inverse, .rows_multiplier = rows_multiplier          \
  }
