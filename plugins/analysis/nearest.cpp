#include "nearest.h"

#include <algorithm>
#include <cmath>
#include <utility>

// In single precision all pairs are looked at, in double precision those that could be among the
// nearest. The value v of a pair in single precision is off by at most m (margin()); then k points
// have a true value of at most v_k + m, v_k being the k-th lowest value, and one of the k nearest
// has v at most v_k + 2m.

namespace pipeline::analysis {
namespace {

constexpr std::int64_t kTile = 16 * kSieveQueries;  // queries that share a pass over the points

/// Samples as the kernels want them: `width` side by side, in single precision. Zeros fill up.
std::vector<float> interleaved(const Matrix& rows, std::int64_t width) {
  const std::int64_t groups = (rows.rows() + width - 1) / width, features = rows.cols();
  std::vector<float> values(std::size_t(groups * width * features));
  for (std::int64_t r = 0; r < rows.rows(); ++r)
    for (std::int64_t f = 0; f < features; ++f)
      values[std::size_t((r / width * features + f) * width + r % width)] = float(rows(r, f));
  return values;
}

/// The points that may be among a query's nearest, as far as they are known.
class Candidates {
 public:
  Candidates(std::int64_t k, double margin) : k_(std::size_t(k)), margin_(margin) {}
  float limit() const { return limit_; }
  void add(float value, std::int64_t point) {
    found_.emplace_back(value, point);
    if (found_.size() >= prune_at_) prune();
  }
  /// Those that are left, in no order.
  const std::vector<std::pair<float, std::int64_t>>& found() {
    prune();
    return found_;
  }

 private:
  void prune() {
    if (found_.size() < k_) return;
    std::nth_element(found_.begin(), found_.begin() + std::int64_t(k_ - 1), found_.end());
    // Up to the next float, so that the limit itself is not rounded down.
    limit_ = std::nextafterf(float(double(found_[k_ - 1].first) + 2 * margin_), INFINITY);
    std::erase_if(found_, [&](const auto& each) { return each.first > limit_; });
    prune_at_ = std::max(2 * found_.size(), 2 * k_ + 64);
  }

  std::size_t k_, prune_at_ = 2 * k_ + 64;
  double margin_;
  float limit_ = INFINITY;
  std::vector<std::pair<float, std::int64_t>> found_;
};

/// Points and queries for the kernels.
class Search {
 public:
  Search(Metric metric, Matrix points, Matrix queries, const Sieve& kernels)
      : metric_(metric), kernels_(kernels), features_(points.cols()), count_(points.rows()) {
    if (metric == Metric::cosine) {
      normalise(points);
      normalise(queries);
    } else {
      bring_near(points, queries);
    }
    reach_ = largest_length(points) + largest_length(queries);
    offset_.assign(std::size_t((count_ + kSievePoints - 1) / kSievePoints * kSievePoints),
                   INFINITY);
    for (std::int64_t p = 0; p < count_; ++p)
      offset_[std::size_t(p)] =
          metric == Metric::cosine ? 0.5f : float(points.row(p).squaredNorm() / 2);
    points_ = interleaved(points, kSievePoints);
    queries_ = interleaved(queries, kSieveQueries);
  }

  /// What a value can be off by: products and sums are rounded once a feature, what they are made
  /// of once, and no sum is larger than the square of reach_ (of differences, than reach_).
  double margin() const {
    const double unit = 0x1p-24 * double(features_ + 8);
    const double size = metric_ == Metric::manhattan ? reach_ : reach_ * reach_;
    return unit / (1 - unit) * size + 2 * shift_error_ * std::max(reach_, 1.0) +
           double(features_) * 1e-37;
  }

  /// Calls found(query, value, point) for what is within `limits` of queries [first, last).
  template <class Limit, class Found>
  void tile(std::int64_t first, std::int64_t last, Limit&& limit, Found&& found) const {
    for (std::int64_t block = 0; block * kSievePoints < count_; ++block)
      for (std::int64_t group = first; group < last; group += kSieveQueries) {
        const std::int64_t queries = std::min<std::int64_t>(kSieveQueries, last - group);
        float limits[kSieveQueries], values[kSieveQueries * kSievePoints];
        for (std::int64_t q = 0; q < kSieveQueries; ++q)
          limits[q] = q < queries ? limit(group + q) : -INFINITY;
        const unsigned hits = run(group, block, limits, values);
        for (std::int64_t q = 0; hits >> q != 0; ++q) {
          if (!(hits >> q & 1)) continue;
          for (std::int64_t p = 0;
               p < std::min<std::int64_t>(kSievePoints, count_ - block * kSievePoints); ++p)
            if (const float value = values[q * kSievePoints + p]; value <= limits[q])
              found(group + q, value, block * kSievePoints + p);
        }
      }
  }

 private:
  unsigned run(std::int64_t group, std::int64_t block, const float* limits, float* values) const {
    const float* const queries = queries_.data() + group * features_;
    const float* const points = points_.data() + block * kSievePoints * features_;
    if (metric_ == Metric::manhattan)
      return kernels_.differences(queries, points, int(features_), limits, values);
    return kernels_.products(queries, points, offset_.data() + block * kSievePoints, int(features_),
                             limits, values);
  }

  double largest_length(const Matrix& rows) const {
    double largest = 0;
    for (std::int64_t r = 0; r < rows.rows(); ++r)
      largest = std::max(
          largest, metric_ == Metric::manhattan ? rows.row(r).lpNorm<1>() : rows.row(r).norm());
    return largest;
  }

  /// Around zero, where single precision is finest, and of a size that it holds.
  void bring_near(Matrix& points, Matrix& queries) {
    const double largest = std::max(points.cwiseAbs().maxCoeff(), queries.cwiseAbs().maxCoeff());
    const Eigen::RowVectorXd middle = points.colwise().mean();
    points.rowwise() -= middle;
    queries.rowwise() -= middle;
    const double size = std::max(points.cwiseAbs().maxCoeff(), queries.cwiseAbs().maxCoeff());
    if (size == 0) return;
    const double factor = std::ldexp(1.0, -std::max(std::ilogb(size), -1000));  // rounds nothing
    points *= factor;
    queries *= factor;
    shift_error_ = 0x1p-51 * factor * largest * double(features_);
  }

  Metric metric_;
  const Sieve& kernels_;
  std::int64_t features_, count_;
  double reach_ = 0;        ///< longest point and longest query, one after the other
  double shift_error_ = 0;  ///< of a sample, by bring_near()'s rounding
  std::vector<float> points_, queries_, offset_;
};

}  // namespace

Neighbours nearest(Metric metric, const Matrix& points, const Matrix& queries,
                   bool queries_are_points, std::int64_t k, const Workers& workers,
                   const Sieve& kernels) {
  const Search search(metric, points, queries, kernels);
  const Points exact(metric, points);
  Matrix asked = queries;
  if (metric == Metric::cosine) normalise(asked);
  const double margin = search.margin();
  Neighbours result;
  result.indices.resize(std::size_t(queries.rows() * k));
  result.distances.resize(std::size_t(queries.rows() * k));
  workers.pieces(queries.rows(), kTile, [&](std::int64_t first, std::int64_t last) {
    std::vector<Candidates> candidates(std::size_t(last - first), Candidates(k, margin));
    search.tile(
        first, last,
        [&](std::int64_t query) { return candidates[std::size_t(query - first)].limit(); },
        [&](std::int64_t query, float value, std::int64_t point) {
          if (queries_are_points && query == point) return;
          candidates[std::size_t(query - first)].add(value, point);
        });
    std::vector<std::pair<double, std::int64_t>> near;
    for (std::int64_t query = first; query < last; ++query) {
      near.clear();
      for (const auto& [value, point] : candidates[std::size_t(query - first)].found())
        near.emplace_back(exact.distance(asked.data() + query * asked.cols(), point), point);
      std::partial_sort(near.begin(), near.begin() + k, near.end());
      for (std::int64_t i = 0; i < k; ++i) {
        result.distances[std::size_t(query * k + i)] = near[std::size_t(i)].first;
        result.indices[std::size_t(query * k + i)] = near[std::size_t(i)].second;
      }
    }
  });
  return result;
}

}  // namespace pipeline::analysis
