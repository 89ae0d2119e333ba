#include "neighbours.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>

#include "made_points.h"
#include "pipeline/error.h"

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
    std::sort(others.begin(), others.end());
    for (int e = 0; e < k; ++e) {
      out.squared_distance.push_back(others[std::size_t(e)].first);
      out.index.push_back(others[std::size_t(e)].second);
    }
  }
  return out;
}

}  // namespace

TEST_CASE("the nearest neighbours are those of a search over all pairs, bit for bit") {
  const int sizes[][3] = {{2, 1, 1}, {17, 3, 5}, {100, 7, 99}, {700, 50, 91}, {40, 2500, 10}};
  for (const auto& [n, d, k] : sizes)
    for (int threads : {1, 3}) {
      Workers workers(threads);
      const std::vector<float> x = made_points(n, d, 3);
      const Neighbours found = nearest_neighbours(x, n, d, k, workers, [] {});
      const Neighbours expected = naive(x, n, d, k);
      CAPTURE(n, d, k, threads);
      CHECK(found.index == expected.index);
      CHECK(found.squared_distance == expected.squared_distance);
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
