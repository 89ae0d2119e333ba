#pragma once
#include "kernels/table.h"
#include "pipeline/nn/tensor.h"

namespace pipeline::nn {

/// A block as the kernels see it.
inline kernels::View view(const Block& b) {
  return {b.row(0, 0), b.channels, b.height, b.width, b.channel_stride(), b.row_stride()};
}
inline kernels::ConstView view(const ConstBlock& b) {
  return {b.row(0, 0), b.channels, b.height, b.width, b.channel_stride(), b.row_stride()};
}

}  // namespace pipeline::nn
