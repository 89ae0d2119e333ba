#include "pipeline/nn/pool.h"

#include <cstring>

#include "views.h"

namespace pipeline::nn {
namespace {

kernels::Pool pool(const PoolSizes& s, const ConstBlock& x, const ConstBlock& y) {
  return {view(x),    view(y),    s.height,      s.width,
          s.stride_y, s.stride_x, s.rows.before, s.columns.before};
}

}  // namespace

void max_pool_forward(const PoolSizes& sizes, const ConstBlock& x, const Block& y) {
  kernels::table().max_pool(pool(sizes, x, y), view(y));
}

void max_pool_backward(const PoolSizes& sizes, const ConstBlock& x, const ConstBlock& y,
                       const ConstBlock& dy, const Block& dx) {
  kernels::table().max_pool_backward(pool(sizes, x, y), view(dy), view(dx));
}

void up_sample_forward(int rows, int columns, const ConstBlock& x, const Block& y) {
  const std::size_t bytes = kLanes * sizeof(float);
  for (int c = 0; c < y.channels; ++c)
    for (int r = 0; r < y.height; ++r) {
      float* to = y.row(c, r);
      if (r % rows != 0) {  // as the row above
        std::memcpy(to, y.row(c, r - 1), std::size_t(y.width) * bytes);
        continue;
      }
      const float* from = x.row(c, r / rows);
      for (int q = 0; q < x.width; ++q, from += kLanes)
        for (int i = 0; i < columns; ++i, to += kLanes) std::memcpy(to, from, bytes);
    }
}

void up_sample_backward(int rows, int columns, const ConstBlock& dy, const Block& dx) {
  for (int c = 0; c < dx.channels; ++c)
    for (int r = 0; r < dx.height; ++r)
      for (int q = 0; q < dx.width; ++q) {
        float sums[kLanes] = {};
        for (int a = 0; a < rows; ++a) {
          const float* from = dy.row(c, r * rows + a) + std::ptrdiff_t(q) * columns * kLanes;
          for (int i = 0; i < columns; ++i, from += kLanes)
            for (int lane = 0; lane < kLanes; ++lane) sums[lane] += from[lane];
        }
        std::memcpy(dx.row(c, r) + std::ptrdiff_t(q) * kLanes, sums, sizeof sums);
      }
}

}  // namespace pipeline::nn
