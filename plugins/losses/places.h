#pragma once
#include <array>
#include <vector>

#include "pipeline/error.h"
#include "pipeline/nn/tensor.h"

// Losses over classes: the channels of a sample, at each of its places.

namespace losses {
using namespace pipeline;

inline void require_classes(const Shape& y) {
  if ((y.size() != 1 && y.size() != 3) || y[0] < 2)
    throw Error(
        "takes outputs of shape classes or classes×height×width, of two classes or more; got " +
        to_string(y));
}

/// Calls f(lane, values of the channels) at each place.
template <class F>
void each_place(const nn::ConstBlock& block, F f) {
  std::vector<double> values(std::size_t(block.channels));
  for (int r = 0; r < block.height; ++r)
    for (int q = 0; q < block.width; ++q)
      for (int lane = 0; lane < nn::kLanes; ++lane) {
        for (int c = 0; c < block.channels; ++c)
          values[std::size_t(c)] = double(block.at(c, r, q, lane));
        f(r, q, lane, values);
      }
}

}  // namespace losses
