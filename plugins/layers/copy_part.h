#pragma once
#include <cstring>

#include "pipeline/nn/tensor.h"

namespace pipeline::layers {

using namespace nn;

/// A part of an image: channels, rows and columns from here on.
struct Corner {
  int channel = 0, row = 0, column = 0;
};

/// to[c][r][q] of its `part.channels`×`part.height`×`part.width` from `to_corner` on = from's from
/// `from_corner` on.
inline void copy_part(const ConstBlock& from, Corner from_corner, const Block& to, Corner to_corner,
                      const Geometry& part) {
  const std::size_t bytes = std::size_t(part.width) * kLanes * sizeof(float);
  for (int c = 0; c < part.channels; ++c)
    for (int r = 0; r < part.height; ++r)
      std::memcpy(
          to.row(c + to_corner.channel, r + to_corner.row) + to_corner.column * kLanes,
          from.row(c + from_corner.channel, r + from_corner.row) + from_corner.column * kLanes,
          bytes);
}

}  // namespace pipeline::layers
