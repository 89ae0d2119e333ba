#include "lloyd.h"

#include <algorithm>
#include <numeric>

#include "distances.h"

namespace pipeline::analysis {
namespace {

constexpr std::int64_t kPiece = 1024;  // samples a task

double squared_distance(const Matrix& a, std::int64_t i, const Matrix& b, std::int64_t j) {
  double sum = 0;
  for (std::int64_t f = 0; f < a.cols(); ++f) sum += (a(i, f) - b(j, f)) * (a(i, f) - b(j, f));
  return sum;
}

/// Sums of the samples of each cluster, and how many there are.
struct Sums {
  Matrix sums;
  std::vector<double> counts;
};

Sums sums_of(const Matrix& samples, const std::vector<std::int64_t>& labels,
             std::int64_t clusters) {
  Sums result{Matrix::Zero(clusters, samples.cols()), std::vector<double>(std::size_t(clusters))};
  for (std::int64_t i = 0; i < samples.rows(); ++i) {
    const std::int64_t label = labels[std::size_t(i)];
    for (std::int64_t f = 0; f < samples.cols(); ++f) result.sums(label, f) += samples(i, f);
    result.counts[std::size_t(label)] += 1;
  }
  return result;
}

/// Gives each empty cluster one of the samples that are farthest from their centres, in turn.
void fill_empty(Sums& s, const Matrix& samples, const Matrix& centers,
                const std::vector<std::int64_t>& labels) {
  const auto empty = std::size_t(std::count(s.counts.begin(), s.counts.end(), 0.0));
  if (empty == 0) return;
  std::vector<double> distances;
  for (std::int64_t i = 0; i < samples.rows(); ++i)
    distances.push_back(squared_distance(samples, i, centers, labels[std::size_t(i)]));
  std::vector<std::size_t> order(distances.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return distances[a] > distances[b]; });
  std::size_t next = 0;
  for (std::size_t c = 0; c < s.counts.size(); ++c) {
    if (s.counts[c] != 0) continue;
    const std::size_t sample = order[next++];
    const auto old = std::size_t(labels[sample]);
    for (std::int64_t f = 0; f < samples.cols(); ++f) {
      s.sums(std::int64_t(old), f) -= samples(std::int64_t(sample), f);
      s.sums(std::int64_t(c), f) = samples(std::int64_t(sample), f);
    }
    s.counts[old] -= 1;
    s.counts[c] = 1;
    if (next == empty) break;
  }
}

}  // namespace

std::vector<std::int64_t> nearest_centers(const Matrix& samples, const Matrix& centers,
                                          const Workers& workers) {
  const Points points(Metric::euclidean, centers);
  std::vector<std::int64_t> labels(std::size_t(samples.rows()));
  workers.pieces(samples.rows(), kPiece, [&](std::int64_t first, std::int64_t last) {
    std::vector<double> squared(std::size_t(centers.rows()));
    for (std::int64_t i = first; i < last; ++i) {
      points.squared(samples.data() + i * samples.cols(), squared.data());
      labels[std::size_t(i)] = std::min_element(squared.begin(), squared.end()) - squared.begin();
    }
  });
  return labels;
}

Clustering lloyd(const Matrix& samples, Matrix centers, std::int64_t max_iter, double tolerance,
                 const Workers& workers) {
  Clustering result;
  bool settled = false;
  while (!settled && result.n_iter < max_iter) {
    const std::vector<std::int64_t> before = result.labels;
    result.labels = nearest_centers(samples, centers, workers);
    Sums s = sums_of(samples, result.labels, centers.rows());
    fill_empty(s, samples, centers, result.labels);
    Matrix moved = s.sums;
    double moves = 0;
    for (std::int64_t c = 0; c < centers.rows(); ++c) {
      const double count = s.counts[std::size_t(c)];
      for (std::int64_t f = 0; f < centers.cols(); ++f)
        moved(c, f) = count > 0 ? moved(c, f) / count : centers(c, f);
      moves += squared_distance(moved, c, centers, c);
    }
    centers = std::move(moved);
    ++result.n_iter;
    settled = result.labels == before;
    if (!settled && moves <= tolerance) break;
  }
  // The labels belong to the centres.
  if (!settled) result.labels = nearest_centers(samples, centers, workers);
  for (std::int64_t i = 0; i < samples.rows(); ++i)
    result.inertia += squared_distance(samples, i, centers, result.labels[std::size_t(i)]);
  result.centers = std::move(centers);
  return result;
}

bool same_clusters(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b,
                   std::int64_t clusters) {
  std::vector<std::int64_t> counterpart(std::size_t(clusters), -1);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::int64_t& other = counterpart[std::size_t(a[i])];
    if (other == -1) other = b[i];
    else if (other != b[i]) return false;
  }
  return true;
}

}  // namespace pipeline::analysis
