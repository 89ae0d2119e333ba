#include "map_range.h"

#include <algorithm>

#include "kernels.h"
#include "pipeline/error.h"

namespace pipeline::tsne {

MapRange map_range(const float* values, std::int64_t n) {
  MapRange range;
  if (!kernels().bounds(values, n, &range.least, &range.most) ||
      std::max(-range.least, range.most) > 1e9f)
    throw Error("the map burst: its points flew apart without end; set a lower learning_rate");
  return range;
}

}  // namespace pipeline::tsne
