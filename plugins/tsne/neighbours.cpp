#include "neighbours.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "buffer.h"
#include "kernels.h"
#include "point_blocks.h"

namespace pipeline::tsne {
namespace {

constexpr std::int64_t kQueries = 32;  // at once, so that a piece of the points stays in the cache
constexpr std::int64_t kSearchBlocks = 2048;  // times features: 128 KB of points, such a piece

/// A squared distance above the point's index: in the order of integers nearest first, equally near
/// ones by their index.
using Candidate = std::uint64_t;

Candidate candidate(float distance, std::int32_t index) {
  return Candidate(std::bit_cast<std::uint32_t>(distance)) << 32 | std::uint32_t(index);
}
float distance_of(Candidate c) { return std::bit_cast<float>(std::uint32_t(c >> 32)); }
std::int32_t index_of(Candidate c) { return std::int32_t(c & 0xffffffffu); }

/// Keeps the k least of the candidates that it is given in any order.
class Nearest {
 public:
  void start(int k) {
    k_ = std::size_t(k);
    kept_.clear();
    limit_ = std::numeric_limits<float>::max();
  }
  float limit() const { return limit_; }
  void add(float distance, std::int32_t index) {
    if (distance > limit_) return;
    kept_.push_back(candidate(distance, index));
    if (kept_.size() >= 2 * k_ + 64) shrink();
  }
  const std::vector<Candidate>& sorted() {
    if (kept_.size() > k_) shrink();
    std::sort(kept_.begin(), kept_.end());
    return kept_;
  }

 private:
  void shrink() {
    std::nth_element(kept_.begin(), kept_.begin() + std::ptrdiff_t(k_ - 1), kept_.end());
    kept_.resize(k_);
    limit_ = distance_of(kept_[k_ - 1]);
  }
  std::size_t k_ = 0;
  float limit_ = 0;
  std::vector<Candidate> kept_;
};

/// One thread's work space, and the search for the neighbours of kQueries points.
class Search {
 public:
  Search(std::span<const float> x, const PointBlocks& blocks, std::int64_t n, std::int64_t features)
      : x_(x), blocks_(blocks), n_(n), features_(features) {
    chunk_ = std::max<std::int64_t>(8, kSearchBlocks / features);
    // Both sums of squares are exact to half a unit in the last place a feature.
    const double roundings = double(features) + blocks.sieve_features() + 8;
    margin_ = float(1 + roundings * std::numeric_limits<float>::epsilon());
    distances_ = Buffer(std::size_t(4 * chunk_ * 16));
    passed_.resize(std::size_t(chunk_));
    found_.resize(std::size_t(chunk_ * 16));
    nearest_.resize(std::size_t(kQueries));
  }

  /// For the points in places first to first + kQueries.
  void run(std::int64_t first, Neighbours& out, const std::function<void()>& check) {
    const std::int64_t count = std::min(kQueries, n_ - first);
    for (Nearest& nearest : nearest_) nearest.start(out.each);
    // From the points' own piece outwards, so that the limits soon are low.
    const std::int64_t pieces = (blocks_.count() + chunk_ - 1) / chunk_, own = first / 16 / chunk_;
    for (std::int64_t away = 0; away < pieces; ++away) {
      check();
      if (own + away < pieces) search_piece(own + away, first, count);
      if (away > 0 && own - away >= 0) search_piece(own - away, first, count);
    }
    for (std::int64_t q = 0; q < count; ++q) {
      const std::vector<Candidate>& sorted = nearest_[std::size_t(q)].sorted();
      const std::int64_t point = blocks_.order()[std::size_t(first + q)];
      for (int k = 0; k < out.each; ++k) {
        const std::size_t at = std::size_t(point * out.each + k);
        out.index[at] = index_of(sorted[std::size_t(k)]);
        out.squared_distance[at] = distance_of(sorted[std::size_t(k)]);
      }
    }
  }

 private:
  void search_piece(std::int64_t piece, std::int64_t first, std::int64_t count) {
    for (std::int64_t q = 0; q < count; q += 4) search_four(piece, first, q, count);
  }

  /// Queries q to q + 3 against one piece.
  void search_four(std::int64_t piece, std::int64_t first, std::int64_t q, std::int64_t count) {
    const std::int64_t block = piece * chunk_, width = std::min(chunk_, blocks_.count() - block);
    const float *rows[4], *sieve_rows[4];
    float limits[4];
    for (std::int64_t i = 0; i < 4; ++i) {
      const std::int64_t place = std::min(first + q + i, n_ - 1);
      rows[i] = x_.data() + blocks_.order()[std::size_t(place)] * features_;
      sieve_rows[i] = blocks_.sieve_row(place);
      limits[i] = nearest_[std::size_t(q + i)].limit() * margin_;
    }
    const int passed =
        kernels().sieve(sieve_rows, limits, blocks_.sieve() + block * blocks_.sieve_features() * 16,
                        blocks_.sieve_features(), int(width), passed_.data());
    kernels().distances(rows, blocks_.values() + block * features_ * 16, int(features_),
                        passed_.data(), passed, distances_.data(), std::size_t(chunk_ * 16));
    for (std::int64_t i = 0; i < 4 && q + i < count; ++i) collect(block, i, first + q + i, passed);
  }

  /// Takes what is near enough to the point in `place`, the i-th of the four.
  void collect(std::int64_t block, std::int64_t i, std::int64_t place, int passed) {
    Nearest& nearest = nearest_[std::size_t(place % kQueries)];
    const float* row = distances_.data() + i * chunk_ * 16;
    // Few values at a time while the limit falls.
    for (int b = 0; b < passed; b += 16) {
      const int values = std::min(16, passed - b) * 16;
      const int hits = kernels().at_most(row + b * 16, values, nearest.limit(), found_.data());
      for (int h = 0; h < hits; ++h) {
        const int value = b * 16 + found_[std::size_t(h)];
        const std::int64_t other = (block + passed_[std::size_t(value / 16)]) * 16 + value % 16;
        if (other != place && other < n_)
          nearest.add(row[value], blocks_.order()[std::size_t(other)]);
      }
    }
  }

  std::span<const float> x_;
  const PointBlocks& blocks_;
  std::int64_t n_, features_, chunk_;
  float margin_;
  Buffer distances_;
  std::vector<std::int32_t> passed_, found_;
  std::vector<Nearest> nearest_;
};

}  // namespace

Neighbours nearest_neighbours(std::span<const float> x, std::int64_t n, std::int64_t features,
                              int k, Workers& workers, const std::function<void()>& check) {
  Neighbours out{n, k, {}, {}};
  out.index.resize(std::size_t(n * k));
  out.squared_distance.resize(std::size_t(n * k));
  const PointBlocks blocks(x, n, features);
  std::vector<std::unique_ptr<Search>> searches(std::size_t(workers.threads()));
  workers.each((n + kQueries - 1) / kQueries, [&](std::int64_t i, int thread) {
    auto& search = searches[std::size_t(thread)];
    if (!search) search = std::make_unique<Search>(x, blocks, n, features);
    search->run(i * kQueries, out, check);
  });
  return out;
}

}  // namespace pipeline::tsne
