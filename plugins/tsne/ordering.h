#pragma once
#include <cstdint>
#include <vector>

#include "kernels.h"

namespace pipeline::tsne {

/// The points of a map of two dimensions along a Hilbert curve over it, so that near points are
/// near in memory: gives the index of the point for each place. Points in one cell, 1/4095 of the
/// map's range a side, stay in their order. Error if the map has burst (map_range.h).
std::vector<std::int32_t> curve_order(const Points& points);

}  // namespace pipeline::tsne
