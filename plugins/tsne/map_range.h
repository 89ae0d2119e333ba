#pragma once
#include <cstdint>

namespace pipeline::tsne {

/// Least and most of a coordinate over the points of a map.
struct MapRange {
  float least, most;
};

/// Of n >= 1 values. Error if one is not finite or beyond ±1e9: the map has burst.
MapRange map_range(const float* values, std::int64_t n);

}  // namespace pipeline::tsne
