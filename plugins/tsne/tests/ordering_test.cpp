#include "ordering.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "buffer.h"
#include "descent.h"
#include "made_points.h"

using namespace pipeline::tsne;

namespace {

/// A map of two dimensions; x and y alternate in `places`.
class Map {
 public:
  explicit Map(const std::vector<float>& places)
      : count_(places.size() / 2), stride_(round_up_16(count_)), planes_(2 * stride_) {
    for (std::size_t i = 0; i < places.size(); ++i) planes_[i % 2 * stride_ + i / 2] = places[i];
  }
  Points points() const { return {planes_.data(), stride_, std::int64_t(count_), 2}; }

 private:
  std::size_t count_, stride_;
  Buffer planes_;
};

}  // namespace

TEST_CASE("the order of a lattice's points goes from each to one beside it") {
  for (int side : {2, 16, 64}) {
    const int n = side * side;
    std::vector<int> x, y;
    std::vector<float> places;
    for (int i = 0; i < n; ++i) {
      const int node = int(i * 7919LL % n);
      x.push_back(node % side);
      y.push_back(node / side);
      // Axes of different scale and start.
      places.insert(places.end(), {float(x.back()), 100 - 0.25f * float(y.back())});
    }
    const std::vector<std::int32_t> order = curve_order(Map(places).points());
    CAPTURE(side);
    REQUIRE(order.size() == std::size_t(n));
    for (std::size_t k = 1; k < order.size(); ++k) {
      const std::size_t here = std::size_t(order[k]), before = std::size_t(order[k - 1]);
      REQUIRE(std::abs(x[here] - x[before]) + std::abs(y[here] - y[before]) == 1);
    }
    std::vector<std::int32_t> sorted = order, all(std::size_t(n), 0);
    std::sort(sorted.begin(), sorted.end());
    std::iota(all.begin(), all.end(), 0);
    CHECK(sorted == all);
  }
}

TEST_CASE("points in one place, or apart by less than can be divided by, stay in their order") {
  for (float apart : {0.f, 1e-40f}) {
    std::vector<float> places;
    for (int i = 0; i < 20; ++i) places.insert(places.end(), {apart * float(i * 7 % 5), 0.f});
    const std::vector<std::int32_t> order = curve_order(Map(places).points());
    CAPTURE(apart);
    CHECK(std::is_sorted(order.begin(), order.end()));
    CHECK(order.size() == 20);
  }
}

TEST_CASE("a map that has burst has no order, and its descent says so") {
  const int n = 40;
  for (float bad : {NAN, INFINITY, -INFINITY, 2e9f})
    for (std::size_t at : {0, 1, 33, 79}) {
      std::vector<float> places = made_points(n, 2, 3);
      places[at] = bad;
      CAPTURE(bad, at);
      CHECK_THROWS_WITH(curve_order(Map(places).points()), Catch::Contains("the map burst"));
      Workers workers(1);
      const Neighbours neighbours =
          nearest_neighbours(made_points(n, 4, 3), n, 4, 10, workers, [] {});
      const Affinities affinities(neighbours, conditional_affinities(neighbours, 3, workers, [] {}),
                                  workers);
      Descent descent(affinities, {}, places, workers);
      CHECK_THROWS_WITH(descent.iterate(), Catch::Contains("the map burst"));
    }
}
