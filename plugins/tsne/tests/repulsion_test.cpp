#include <catch2/catch.hpp>
#include <cmath>

#include "buffer.h"
#include "grid_repulsion.h"
#include "made_points.h"

using namespace pipeline::tsne;

namespace {

struct Map {
  Buffer planes;
  std::size_t stride;
  std::int64_t n;
  Points points() const { return {planes.data(), stride, n, 2}; }
};

/// Clusters in two dimensions, from far apart (scale 1) to all in one place.
Map map_of(int n, float scale, float stretch = 1) {
  const std::vector<float> made = made_points(n, 2, 5);
  Map map{Buffer(2 * round_up_16(std::size_t(n))), round_up_16(std::size_t(n)), n};
  std::fill_n(map.planes.data(), map.planes.size(), kFar);
  for (std::size_t i = 0; i < std::size_t(n); ++i) {
    map.planes[i] = made[2 * i] * scale;
    map.planes[map.stride + i] = made[2 * i + 1] * scale * stretch;
  }
  return map;
}

struct Sums {
  std::vector<double> force;  // [2][n]
  double z = 0;
};

Sums naive(const Map& map) {
  const std::size_t n = std::size_t(map.n);
  Sums sums{std::vector<double>(2 * n, 0.0)};
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      if (i == j) continue;
      const double dx = double(map.planes[i]) - map.planes[j];
      const double dy = double(map.planes[map.stride + i]) - map.planes[map.stride + j];
      const double q = 1 / (1 + dx * dx + dy * dy);
      sums.z += q;
      sums.force[i] += q * q * dx;
      sums.force[n + i] += q * q * dy;
    }
  return sums;
}

/// The root mean square of the differences over that of the forces.
double error_of(const Buffer& force, const Map& map, const Sums& expected) {
  double difference = 0, size = 0;
  const std::size_t n = std::size_t(map.n);
  for (std::size_t c = 0; c < 2; ++c)
    for (std::size_t i = 0; i < n; ++i) {
      const double e = expected.force[c * n + i];
      difference += std::pow(force[c * map.stride + i] - e, 2);
      size += e * e;
    }
  return std::sqrt(difference / size);
}

}  // namespace

TEST_CASE("the grid's repulsion is the sum over all pairs, on maps of any size") {
  Workers workers(2);
  GridRepulsion grid;
  for (float scale : {1e-5f, 1e-3f, 0.03f, 0.3f, 1.f, 4.f})
    for (float stretch : {1.f, 0.1f}) {
      const Map map = map_of(1500, scale, stretch);
      const Sums expected = naive(map);
      Buffer force(map.planes.size());
      const double z =
          grid.compute(map.points(), GridRepulsion::shape_for(map.points()), force.data(), workers);
      CAPTURE(scale, stretch);
      CHECK(z == Approx(expected.z).epsilon(1e-3));
      CHECK(error_of(force, map, expected) < 0.01);
    }
}

TEST_CASE(
    "a map has a coarse grid with near sums where its points are sparse, a fine one if dense") {
  Workers workers(1);
  GridRepulsion grid;
  std::vector<double> near_spacings;  // 0 for a grid without near sums
  for (float scale : {0.4f, 1.5f, 3.f}) {
    const Map map = map_of(1500, scale);
    const GridShape shape = GridRepulsion::shape_for(map.points());
    near_spacings.push_back(shape.near ? shape.spacing : 0);
    const Sums expected = naive(map);
    Buffer force(map.planes.size());
    const double z = grid.compute(map.points(), shape, force.data(), workers);
    CAPTURE(scale);
    CHECK(z == Approx(expected.z).epsilon(1e-4));
    CHECK(error_of(force, map, expected) < 0.004);
  }
  CHECK(near_spacings == std::vector<double>{0, 0.5, 1});
}

TEST_CASE("a far outlier makes the grid coarser, not larger than its bound") {
  Map map = map_of(200, 1);
  map.planes[7] = 1e6f;
  const GridShape shape = GridRepulsion::shape_for(map.points());
  CHECK_FALSE(shape.fine);
  CHECK(shape.rows <= FftPlan::good_size(GridRepulsion::kMaxNodes));
  CHECK(shape.columns < 100);
  Workers workers(1);
  GridRepulsion grid;
  Buffer force(map.planes.size());
  const double z = grid.compute(map.points(), shape, force.data(), workers);
  CHECK(std::isfinite(z));
}

TEST_CASE("points in one place have no repulsion and a Z of all pairs") {
  Map map = map_of(50, 0);
  Workers workers(1);
  GridRepulsion grid;
  Buffer force(map.planes.size());
  CHECK(grid.compute(map.points(), GridRepulsion::shape_for(map.points()), force.data(), workers) ==
        Approx(50 * 49));
  for (std::size_t i = 0; i < force.size(); ++i) CHECK(force[i] == Approx(0).margin(1e-6));
}

TEST_CASE("a map with a coordinate that is not finite has burst") {
  for (float bad : {NAN, INFINITY, 2e9f}) {
    Map map = map_of(50, 1);
    map.planes[map.stride + 33] = bad;
    CHECK_THROWS_WITH(GridRepulsion::shape_for(map.points()), Catch::Contains("the map burst"));
  }
}
