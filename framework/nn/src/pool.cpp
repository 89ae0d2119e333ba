#include "pipeline/nn/pool.h"

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

void average_pool_forward(const PoolSizes& sizes, const ConstBlock& x, const Block& y) {
  kernels::table().average_pool(pool(sizes, x, y), view(y));
}

void average_pool_backward(const PoolSizes& sizes, const ConstBlock& dy, const Block& dx) {
  kernels::table().average_pool_backward(pool(sizes, dx, dy), view(dy), view(dx));
}

void up_sample_forward(int rows, int columns, const ConstBlock& x, const Block& y) {
  kernels::table().up_sample(rows, columns, view(x), view(y));
}

void up_sample_backward(int rows, int columns, const ConstBlock& dy, const Block& dx) {
  kernels::table().up_sample_backward(rows, columns, view(dy), view(dx));
}

}  // namespace pipeline::nn
