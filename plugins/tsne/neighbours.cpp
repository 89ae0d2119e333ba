#include "neighbours.h"

#include <algorithm>
#include <limits>

#include "buffer.h"
#include "kernels.h"

namespace pipeline::tsne {
namespace {

constexpr std::int64_t kQueries = 32;  // at once, so that a piece of the points stays in the cache

/// The points as blocks of [features][16]; what is beyond the last point is far from all.
Buffer in_blocks(std::span<const float> x, std::int64_t n, std::int64_t features) {
  Buffer blocks(round_up_16(std::size_t(n)) * std::size_t(features));
  std::fill_n(blocks.data(), blocks.size(), std::numeric_limits<float>::infinity());
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t f = 0; f < features; ++f)
      blocks[std::size_t((i / 16 * features + f) * 16 + i % 16)] = x[std::size_t(i * features + f)];
  return blocks;
}

struct Candidate {
  float distance;
  std::int32_t index;
  bool operator<(const Candidate& other) const {
    return distance != other.distance ? distance < other.distance : index < other.index;
  }
};

/// Keeps the k least of the candidates that it is given in the order of their index.
class Nearest {
 public:
  void start(int k) {
    k_ = std::size_t(k);
    kept_.clear();
    limit_ = std::numeric_limits<float>::max();
  }
  float limit() const { return limit_; }
  void add(Candidate candidate) {
    if (candidate.distance > limit_) return;
    kept_.push_back(candidate);
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
    limit_ = kept_[k_ - 1].distance;
  }
  std::size_t k_ = 0;
  float limit_ = 0;
  std::vector<Candidate> kept_;
};

/// One thread's work space, and the search for the neighbours of kQueries points.
class Search {
 public:
  Search(std::span<const float> x, const Buffer& blocks, std::int64_t n, std::int64_t features)
      : x_(x), blocks_(blocks), n_(n), features_(features) {
    // 128 KB of points, but no less than 8 blocks, pass before all queries at a time.
    chunk_ = std::max<std::int64_t>(8, 2048 / features);
    distances_ = Buffer(std::size_t(kQueries * chunk_ * 16));
    found_.resize(std::size_t(chunk_ * 16));
    nearest_.resize(std::size_t(kQueries));
  }

  void run(std::int64_t first, Neighbours& out, const std::function<void()>& check) {
    const std::int64_t count = std::min(kQueries, n_ - first);
    for (Nearest& nearest : nearest_) nearest.start(out.each);
    const std::int64_t blocks = (n_ + 15) / 16;
    for (std::int64_t block = 0; block < blocks; block += chunk_) {
      check();
      const std::int64_t width = std::min(chunk_, blocks - block);
      measure(first, count, block, width);
      for (std::int64_t q = 0; q < count; ++q) collect(first, q, block, width);
    }
    for (std::int64_t q = 0; q < count; ++q) {
      const std::vector<Candidate>& sorted = nearest_[std::size_t(q)].sorted();
      for (int k = 0; k < out.each; ++k) {
        const std::size_t at = std::size_t((first + q) * out.each + k);
        out.index[at] = sorted[std::size_t(k)].index;
        out.squared_distance[at] = sorted[std::size_t(k)].distance;
      }
    }
  }

 private:
  void measure(std::int64_t first, std::int64_t count, std::int64_t block, std::int64_t width) {
    for (std::int64_t q = 0; q < count; q += 4) {
      const float* queries[4];
      for (std::int64_t i = 0; i < 4; ++i)
        queries[i] = x_.data() + std::min(first + q + i, n_ - 1) * features_;
      kernels().distances(queries, blocks_.data() + block * features_ * 16, int(features_),
                          int(width), distances_.data() + q * chunk_ * 16,
                          std::size_t(chunk_ * 16));
    }
  }

  void collect(std::int64_t first, std::int64_t q, std::int64_t block, std::int64_t width) {
    Nearest& nearest = nearest_[std::size_t(q)];
    const float* row = distances_.data() + q * chunk_ * 16;
    // Few values at a time while the limit falls.
    for (std::int64_t b = 0; b < width; b += 16) {
      const int values = int(std::min<std::int64_t>(16, width - b)) * 16;
      const int hits = kernels().at_most(row + b * 16, values, nearest.limit(),
                                         std::int32_t(b * 16), found_.data());
      for (int i = 0; i < hits; ++i) {
        const std::int64_t point = block * 16 + found_[std::size_t(i)];
        if (point != first + q && point < n_)
          nearest.add({row[found_[std::size_t(i)]], std::int32_t(point)});
      }
    }
  }

  std::span<const float> x_;
  const Buffer& blocks_;
  std::int64_t n_, features_, chunk_;
  Buffer distances_;
  std::vector<std::int32_t> found_;
  std::vector<Nearest> nearest_;
};

}  // namespace

Neighbours nearest_neighbours(std::span<const float> x, std::int64_t n, std::int64_t features,
                              int k, Workers& workers, const std::function<void()>& check) {
  Neighbours out{n, k, {}, {}};
  out.index.resize(std::size_t(n * k));
  out.squared_distance.resize(std::size_t(n * k));
  const Buffer blocks = in_blocks(x, n, features);
  std::vector<std::unique_ptr<Search>> searches(std::size_t(workers.threads()));
  workers.each((n + kQueries - 1) / kQueries, [&](std::int64_t i, int thread) {
    auto& search = searches[std::size_t(thread)];
    if (!search) search = std::make_unique<Search>(x, blocks, n, features);
    search->run(i * kQueries, out, check);
  });
  return out;
}

}  // namespace pipeline::tsne
