#pragma once
#include <cstring>

#include "pipeline/nn/tensor.h"

namespace pipeline::layers {

using namespace nn;

/// Copies the values of x to y in C order; both have as many, each its own shape and halo.
inline void copy_values(const ConstBlock& x, const Block& y) {
  const std::size_t values = std::size_t(x.values());
  const std::size_t x_line = x.halo ? std::size_t(x.width) : values;
  const std::size_t y_line = y.halo ? std::size_t(y.width) : values;
  for (std::size_t i = 0; i < values;) {
    const std::size_t in = i / x_line, out = i / y_line;
    const std::size_t count = std::min(x_line - i % x_line, y_line - i % y_line);
    const float* from = x.row(int(in) / x.height, int(in) % x.height) + i % x_line * kLanes;
    float* to = y.row(int(out) / y.height, int(out) % y.height) + i % y_line * kLanes;
    std::memcpy(to, from, count * kLanes * sizeof(float));
    i += count;
  }
}

}  // namespace pipeline::layers
