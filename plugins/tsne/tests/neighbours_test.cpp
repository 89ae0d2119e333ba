#include "neighbours.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>

#include "made_points.h"
#include "pipeline/error.h"
#include "point_blocks.h"

using namespace pipeline::tsne;

namespace {

Neighbours naive(const std::vector<float>& x, int n, int d, int k) {
  Neighbours out{n, k, {}, {}};
  for (int i = 0; i < n; ++i) {
    std::vector<std::pair<float, std::int32_t>> others;
    for (int j = 0; j < n; ++j) {
      if (j == i) continue;
      float sum = 0;
      for (int f = 0; f < d; ++f) {
        const float delta = x[std::size_t(i * d + f)] - x[std::size_t(j * d + f)];
        sum = std::fma(delta, delta, sum);
      }
      others.emplace_back(sum, j);
    }
    std::partial_sort(others.begin(), others.begin() + k, others.end());
    for (int e = 0; e < k; ++e) {
      out.squared_distance.push_back(others[std::size_t(e)].first);
      out.index.push_back(others[std::size_t(e)].second);
    }
  }
  return out;
}

}  // namespace

TEST_CASE("the nearest neighbours are those of a search over all pairs, bit for bit") {
  const int sizes[][3] = {{2, 1, 1},     {17, 3, 5},     {100, 7, 99},
                          {700, 50, 91}, {40, 2500, 10}, {4500, 8, 20}};
  for (const auto& [n, d, k] : sizes) {
    const std::vector<float> x = made_points(n, d, 3);
    const Neighbours expected = naive(x, n, d, k);
    for (int threads : {1, 3}) {
      Workers workers(threads);
      const Neighbours found = nearest_neighbours(x, n, d, k, workers, [] {});
      CAPTURE(n, d, k, threads);
      CHECK(found.index == expected.index);
      CHECK(found.squared_distance == expected.squared_distance);
    }
  }
}

TEST_CASE("equally near neighbours come by their index, and a point is not its own neighbour") {
  const int n = 500;
  std::vector<float> x(n, 1.f);  // all in one place
  for (int i = 0; i < n; i += 5) x[std::size_t(i)] = 2;
  Workers workers(2);
  const Neighbours found = nearest_neighbours(x, n, 1, 20, workers, [] {});
  const Neighbours expected = naive(x, n, 1, 20);
  CHECK(found.index == expected.index);
}

TEST_CASE("the search for neighbours ends where the check throws") {
  const std::vector<float> x = made_points(500, 4, 3);
  for (int threads : {1, 2}) {
    Workers workers(threads);
    std::atomic<int> calls{0};
    CHECK_THROWS_AS(nearest_neighbours(x, 500, 4, 5, workers,
                                       [&] {
                                         if (++calls == 3) throw pipeline::Cancelled();
                                       }),
                    pipeline::Cancelled);
  }
}

TEST_CASE("blocks hold every point once, and the sieve's distances are a lower bound") {
  const int sizes[][2] = {{1, 1}, {16, 3}, {17, 9}, {333, 20}, {1000, 5}};
  for (const auto& [n, d] : sizes) {
    const std::vector<float> x = made_points(n, d, 4);
    const PointBlocks blocks(x, n, d);
    CAPTURE(n, d);
    CHECK(blocks.count() == (n + 15) / 16);
    CHECK(blocks.sieve_features() == std::min(d, 8));
    std::vector<std::int32_t> order = blocks.order();
    for (int i = 0; i < n; ++i) {
      double bound = 0, whole = 0;
      for (int f = 0; f < blocks.sieve_features(); ++f)
        bound += std::pow(double(blocks.sieve_row(i)[f]) - blocks.sieve_row(0)[f], 2);
      for (int f = 0; f < d; ++f)
        whole += std::pow(double(x[std::size_t(order[std::size_t(i)] * d + f)]) -
                              x[std::size_t(order[0] * d + f)],
                          2);
      CHECK(bound <= whole * (1 + 1e-12));
    }
    std::sort(order.begin(), order.end());
    for (int i = 0; i < n; ++i) CHECK(order[std::size_t(i)] == i);
  }
}
