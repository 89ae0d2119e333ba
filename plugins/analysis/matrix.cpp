#include "matrix.h"

namespace pipeline::analysis {
namespace {

// Eigen cuts products, and with them their sums, by the caches that it finds.
[[maybe_unused]] const bool kBlocksFixed = [] {
  Eigen::setCpuCacheSizes(32 << 10, 512 << 10, 4 << 20);
  return true;
}();

}  // namespace
}  // namespace pipeline::analysis
