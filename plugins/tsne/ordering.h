#pragma once
#include <cstdint>
#include <vector>

#include "kernels.h"

namespace pipeline::tsne {

/// The points of a map of two dimensions along a Hilbert curve over it, so that near points are
/// near in memory. Points in one place stay in their order.
std::vector<std::int32_t> curve_order(const Points& points);

}  // namespace pipeline::tsne
