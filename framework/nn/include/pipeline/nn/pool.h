#pragma once
#include "pipeline/nn/conv2d.h"
#include "pipeline/nn/tensor.h"

namespace pipeline::nn {

/// Windows of a pooling; what lies outside the image does not take part.
struct PoolSizes {
  int height = 2, width = 2;
  int stride_y = 2, stride_x = 2;
  Padding rows, columns;
};
/// y = the largest value of each window.
void max_pool_forward(const PoolSizes& sizes, const ConstBlock& x, const Block& y);
/// dx, overwritten: dy goes to the first value (row by row) of the window that equals y.
void max_pool_backward(const PoolSizes& sizes, const ConstBlock& x, const ConstBlock& y,
                       const ConstBlock& dy, const Block& dx);

/// y[c][r][q] = x[c][r / rows][q / columns]
void up_sample_forward(int rows, int columns, const ConstBlock& x, const Block& y);
/// dx, overwritten: sums of dy.
void up_sample_backward(int rows, int columns, const ConstBlock& dy, const Block& dx);

}  // namespace pipeline::nn
