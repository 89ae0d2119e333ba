#include "point_blocks.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace pipeline::tsne {
namespace {

/// Of 50 principal components of 60,000 images, so many leave a ninth of the blocks to each four
/// points (4 leave a fifth, 16 a sixteenth).
constexpr std::int64_t kSieveFeatures = 8;

double variance(const float* values, std::size_t step, const std::int32_t* index, std::size_t n) {
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double value = values[std::size_t(index[i]) * step];
    sum += value;
    squares += value * value;
  }
  return squares / double(n) - (sum / double(n)) * (sum / double(n));
}

/// Rows in an order as blocks of [features][16].
Buffer in_blocks(std::span<const float> rows, std::size_t features,
                 const std::vector<std::int32_t>& order) {
  Buffer blocks(round_up_16(order.size()) * features);
  std::fill_n(blocks.data(), blocks.size(), std::numeric_limits<float>::infinity());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const float* row = rows.data() + std::size_t(order[i]) * features;
    for (std::size_t f = 0; f < features; ++f)
      blocks[(i / 16 * features + f) * 16 + i % 16] = row[f];
  }
  return blocks;
}

}  // namespace

PointBlocks::PointBlocks(std::span<const float> x, std::int64_t n, std::int64_t features)
    : order_(std::size_t(n)) {
  std::iota(order_.begin(), order_.end(), 0);
  choose_features(x, n, features);
  split(0, n);
  values_ = in_blocks(x, std::size_t(features), order_);
  sieve_ = in_blocks(rows_, chosen_.size(), order_);
}

const float* PointBlocks::sieve_row(std::int64_t place) const {
  return rows_.data() + std::size_t(order_[std::size_t(place)]) * chosen_.size();
}

void PointBlocks::choose_features(std::span<const float> x, std::int64_t n, std::int64_t features) {
  std::vector<double> variances(std::size_t(features), 0.0);
  for (std::size_t f = 0; f < variances.size(); ++f)
    variances[f] = variance(x.data() + f, std::size_t(features), order_.data(), order_.size());
  chosen_.resize(std::size_t(features));
  std::iota(chosen_.begin(), chosen_.end(), 0);
  std::stable_sort(chosen_.begin(), chosen_.end(), [&](std::int64_t f, std::int64_t g) {
    return variances[std::size_t(f)] > variances[std::size_t(g)];
  });
  chosen_.resize(std::size_t(std::min(features, kSieveFeatures)));
  rows_.reserve(std::size_t(n) * chosen_.size());
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t f : chosen_) rows_.push_back(x[std::size_t(i * features + f)]);
}

/// Halves the places from first to last, at whole blocks, where the points spread most, and so on.
void PointBlocks::split(std::int64_t first, std::int64_t last) {
  if (last - first <= 16) return;
  const std::size_t count = std::size_t(last - first), step = chosen_.size();
  std::size_t widest = 0;
  double most = -1;
  for (std::size_t f = 0; f < step; ++f) {
    const double here = variance(rows_.data() + f, step, order_.data() + first, count);
    if (here > most) most = here, widest = f;
  }
  const std::int64_t middle = first + (last - first + 31) / 32 * 16;
  const auto less = [&](std::int32_t i, std::int32_t j) {
    const float a = rows_[std::size_t(i) * step + widest],
                b = rows_[std::size_t(j) * step + widest];
    return a != b ? a < b : i < j;
  };
  std::nth_element(order_.begin() + first, order_.begin() + middle, order_.begin() + last, less);
  split(first, middle);
  split(middle, last);
}

}  // namespace pipeline::tsne
