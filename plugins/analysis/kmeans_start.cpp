#include "kmeans_start.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "distances.h"
#include "pipeline/math.h"

namespace pipeline::analysis {
namespace {

using Distances = std::vector<double>;

double sum_of(const Distances& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum;
}

/// The first place at which the running sum is at least `share`.
std::int64_t place_at(const Distances& values, double share) {
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    if ((sum += values[i]) >= share) return std::int64_t(i);
  return std::int64_t(values.size()) - 1;
}

}  // namespace

std::int64_t Draws::below(std::int64_t n) {
  if (n <= 1) return 0;
  const auto last = std::uint32_t(n - 1);
  const std::uint32_t mask = ~std::uint32_t{0} >> std::countl_zero(last);
  for (;;)
    if (const std::uint32_t value = std::uint32_t(twister_()) & mask; value <= last) return value;
}

double Draws::uniform() {
  const auto high = double(twister_() >> 5), low = double(twister_() >> 6);
  return (high * 67108864 + low) / 9007199254740992;
}

Matrix plus_plus(const Matrix& samples, std::int64_t clusters, Draws& draws,
                 const Workers& workers) {
  const Points points(Metric::euclidean, samples);
  const auto squared_to = [&](std::int64_t row) {
    Distances squared(std::size_t(samples.rows()));
    points.squared(samples.data() + row * samples.cols(), squared.data());
    return squared;
  };
  Matrix centers(clusters, samples.cols());
  const std::int64_t first = draws.below(samples.rows());
  centers.row(0) = samples.row(first);
  Distances nearest = squared_to(first);
  double potential = sum_of(nearest);
  const auto trials = std::size_t(2 + int(math::log(double(clusters))));
  for (std::int64_t c = 1; c < clusters; ++c) {
    std::vector<std::int64_t> candidates(trials);
    for (std::int64_t& candidate : candidates)
      candidate = place_at(nearest, draws.uniform() * potential);
    std::vector<Distances> with(trials);
    std::vector<double> potentials(trials);
    workers.each(std::int64_t(trials), [&](std::int64_t t) {
      Distances& squared = with[std::size_t(t)] = squared_to(candidates[std::size_t(t)]);
      for (std::size_t i = 0; i < squared.size(); ++i)
        squared[i] = std::min(squared[i], nearest[i]);
      potentials[std::size_t(t)] = sum_of(squared);
    });
    const auto best =
        std::size_t(std::min_element(potentials.begin(), potentials.end()) - potentials.begin());
    potential = potentials[best];
    nearest = std::move(with[best]);
    centers.row(c) = samples.row(candidates[best]);
  }
  return centers;
}

}  // namespace pipeline::analysis
