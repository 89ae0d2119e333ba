#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "buffer.h"

namespace pipeline::tsne {

/// Points of a space of many dimensions in blocks of 16 that are near each other, and beside them
/// the few features of the largest variance. Squared distances by these alone are a lower bound,
/// which rules out most blocks for most points.
class PointBlocks {
 public:
  /// x is [n][features]
  PointBlocks(std::span<const float> x, std::int64_t n, std::int64_t features);

  std::int64_t count() const { return (std::int64_t(order_.size()) + 15) / 16; }
  int sieve_features() const { return int(chosen_.size()); }
  /// Which point is in each place: block i has places 16·i to 16·i + 15.
  const std::vector<std::int32_t>& order() const { return order_; }
  /// [block][features][16]; what is beyond the last point is infinite.
  const float* values() const { return values_.data(); }
  /// [block][sieve features][16]
  const float* sieve() const { return sieve_.data(); }
  /// The sieve's features of the point in a place.
  const float* sieve_row(std::int64_t place) const;

 private:
  void choose_features(std::span<const float> x, std::int64_t n, std::int64_t features);
  void split(std::int64_t first, std::int64_t last);

  std::vector<std::int64_t> chosen_;
  std::vector<std::int32_t> order_;
  std::vector<float> rows_;  // the sieve's features by point, later by place
  Buffer values_, sieve_;
};

}  // namespace pipeline::tsne
