#pragma once
#include "kernels.h"
#include "vector.h"

// Cubic B-splines between points and grid; included by the two kernel builds alone.

namespace pipeline::tsne {
namespace {

/// The weights of nodes i-1 … i+2 for a point at i + f, as polynomials in f.
TSNE_INLINE __m128 spline_weights(__m128 f) {
  __m128 w = _mm_setr_ps(-1.f / 6, 0.5f, -0.5f, 1.f / 6);
  w = _mm_fmadd_ps(w, f, _mm_setr_ps(0.5f, -1, 0.5f, 0));
  w = _mm_fmadd_ps(w, f, _mm_setr_ps(-0.5f, 0, 0.5f, 0));
  return _mm_fmadd_ps(w, f, _mm_setr_ps(1.f / 6, 4.f / 6, 1.f / 6, 0));
}
/// Their derivatives.
TSNE_INLINE __m128 spline_slopes(__m128 f) {
  __m128 d = _mm_setr_ps(-0.5f, 1.5f, -1.5f, 0.5f);
  d = _mm_fmadd_ps(d, f, _mm_setr_ps(1, -2, 1, 0));
  return _mm_fmadd_ps(d, f, _mm_setr_ps(-0.5f, 0, 0.5f, 0));
}

/// Where a point's four by four nodes begin, and its place among them.
struct Stencil {
  std::size_t node;
  __m128 row_fraction, column_fraction;
};
TSNE_INLINE Stencil stencil(const StripPoints& points, std::int32_t s, std::size_t stride) {
  const float row = points.row[s], column = points.column[s];
  const std::int32_t r = std::int32_t(row), c = std::int32_t(column);
  return {std::size_t(r) * stride + std::size_t(c), _mm_set1_ps(row - float(r)),
          _mm_set1_ps(column - float(c))};
}

template <int K>
TSNE_INLINE __m128 lane(__m128 x) {
  return _mm_shuffle_ps(x, x, K * 0x55);
}

template <int K>
TSNE_INLINE void add_row(float* at, std::size_t stride, __m128 rows, __m128 columns) {
  float* node = at + K * stride;
  _mm_storeu_ps(node, _mm_fmadd_ps(lane<K>(rows), columns, _mm_loadu_ps(node)));
}

void spread(const StripPoints& points, int strip, const ConvolutionGrid& grid) {
  const std::int32_t *begin = points.begin + std::ptrdiff_t(strip) * points.columns,
                     *end = begin + points.columns;
  for (std::int32_t s = *begin; s < *end; ++s) {
    const Stencil at = stencil(points, s, grid.stride);
    const __m128 rows = spline_weights(at.row_fraction);
    const __m128 columns = spline_weights(at.column_fraction);
    float* values = grid.values + at.node;
    add_row<0>(values, grid.stride, rows, columns);
    add_row<1>(values, grid.stride, rows, columns);
    add_row<2>(values, grid.stride, rows, columns);
    add_row<3>(values, grid.stride, rows, columns);
  }
}

TSNE_INLINE float sum4(__m128 x) {
  x = _mm_add_ps(x, _mm_movehl_ps(x, x));
  return _mm_cvtss_f32(_mm_add_ss(x, _mm_movehdup_ps(x)));
}

template <int K>
TSNE_INLINE void read_row(const float* at, std::size_t stride, __m128 weights, __m128 slopes,
                          __m128& field, __m128& slope) {
  const __m128 values = _mm_loadu_ps(at + K * stride);
  field = _mm_fmadd_ps(lane<K>(weights), values, field);
  slope = _mm_fmadd_ps(lane<K>(slopes), values, slope);
}

double interpolate(const StripPoints& points, int strip, const ConvolutionGrid& grid,
                   float half_inverse_spacing, float* force, std::size_t stride) {
  const std::int32_t *begin = points.begin + std::ptrdiff_t(strip) * points.columns,
                     *end = begin + points.columns;
  double sum = 0;
  for (std::int32_t s = *begin; s < *end; ++s) {
    const Stencil at = stencil(points, s, grid.stride);
    const __m128 weights = spline_weights(at.row_fraction);
    const __m128 slopes = spline_slopes(at.row_fraction);
    const float* values = grid.values + at.node;
    __m128 field = _mm_setzero_ps(), slope = field;
    read_row<0>(values, grid.stride, weights, slopes, field, slope);
    read_row<1>(values, grid.stride, weights, slopes, field, slope);
    read_row<2>(values, grid.stride, weights, slopes, field, slope);
    read_row<3>(values, grid.stride, weights, slopes, field, slope);
    const __m128 across = spline_weights(at.column_fraction);
    sum += sum4(_mm_mul_ps(field, across));
    const std::int32_t i = points.point[s];
    force[i] = -half_inverse_spacing * sum4(_mm_mul_ps(slope, across));
    force[stride + i] =
        -half_inverse_spacing * sum4(_mm_mul_ps(field, spline_slopes(at.column_fraction)));
  }
  return sum;
}

}  // namespace
}  // namespace pipeline::tsne
