#pragma once
#include "pipeline/nn/conv2d.h"
#include "pipeline/nn/tensor.h"

namespace pipeline::nn {

/// Windows of a pooling; what lies outside the image does not take part, and every window reaches
/// into it (each padding is less than the window).
struct PoolSizes {
  int height = 2, width = 2;
  int stride_y = 2, stride_x = 2;
  Padding rows, columns;
};
/// y[c][r][q] = the largest value of window (r, q), a NaN if there is one. y has x's channels,
/// sizes.rows.windows(x.height, sizes.height, sizes.stride_y) rows, and columns likewise.
void max_pool_forward(const PoolSizes& sizes, const ConstBlock& x, const Block& y);
/// dx, overwritten: dy goes to the first value (row by row) of the window that equals y, or is a
/// NaN. dx has x's
/// shape, dy y's; y comes from max_pool_forward().
void max_pool_backward(const PoolSizes& sizes, const ConstBlock& x, const ConstBlock& y,
                       const ConstBlock& dy, const Block& dx);

/// y[c][r][q] = the mean of the values of window (r, q), shapes as above.
void average_pool_forward(const PoolSizes& sizes, const ConstBlock& x, const Block& y);
/// dx, overwritten: each value of a window gets its share of dy.
void average_pool_backward(const PoolSizes& sizes, const ConstBlock& dy, const Block& dx);

/// y[c][r][q] = x[c][r / rows][q / columns]; y has x's channels, x.height·rows rows and
/// x.width·columns columns.
void up_sample_forward(int rows, int columns, const ConstBlock& x, const Block& y);
/// dx, overwritten: dx[c][r][q] = the sum of dy over the rows·columns copies of x[c][r][q]; shapes
/// as above.
void up_sample_backward(int rows, int columns, const ConstBlock& dy, const Block& dx);

}  // namespace pipeline::nn
