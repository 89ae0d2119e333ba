#include <catch2/catch.hpp>
#include <cmath>

#include "buffer.h"
#include "every_kernels.h"
#include "made_points.h"

using namespace pipeline::tsne;

// The kernels over pairs of points, beside their sums in doubles.

namespace {

struct Map {
  Map(int n, int dims, float scale)
      : n(n), dims(dims), stride(round_up_16(std::size_t(n))), planes(stride * std::size_t(dims)) {
    const std::vector<float> made = made_points(n, dims, 3);
    std::fill_n(planes.data(), planes.size(), kFar);
    for (int i = 0; i < n; ++i)
      for (int c = 0; c < dims; ++c)
        planes[plane(c) + std::size_t(i)] = made[std::size_t(i * dims + c)] * scale;
    if (dims != 2) return;
    pairs = Buffer(2 * stride);
    for (std::size_t i = 0; i < stride; ++i)
      for (std::size_t c = 0; c < 2; ++c) pairs[2 * i + c] = planes[c * stride + i];
  }
  std::size_t plane(int c) const { return std::size_t(c) * stride; }
  Points points() const { return {planes.data(), stride, n, dims, pairs.data()}; }
  double between(int i, int j, int c) const {
    return double(planes[plane(c) + std::size_t(i)]) - planes[plane(c) + std::size_t(j)];
  }
  double squared(int i, int j) const {
    double sum = 0;
    for (int c = 0; c < dims; ++c) sum += between(i, j, c) * between(i, j, c);
    return sum;
  }
  /// Of Student's t, as in scikit-learn: max(dims - 1, 1).
  double dof() const { return dims == 3 ? 2 : 1; }

  int n, dims;
  std::size_t stride;
  Buffer planes, pairs;
};

/// Rows of 0 to 5 times 16 entries, of any order, the last of which only fill.
struct Rows {
  explicit Rows(int n) {
    for (int i = 0; i < n; ++i) {
      const int entries = (i + 1) % 6 * 16;
      for (int e = 0; e < entries; ++e) {
        const bool fills = e >= entries - 5;
        index.push_back(fills ? i : (i * 31 + e * 17) % n);
        p.push_back(fills ? 0.f : float(1 + e % 7) * 1e-3f);
      }
      begin.push_back(std::int64_t(index.size()));
    }
  }
  SparseRows view() const { return {begin.data(), index.data(), p.data()}; }

  std::vector<std::int64_t> begin{0};
  std::vector<std::int32_t> index;
  std::vector<float> p;
};

/// Calls try_map(kernels, map, first, last) with maps of every size, whole and in part.
template <typename F>
void for_every_map(F try_map) {
  for (const Kernels* kernels : every_kernels())
    for (int dims : {1, 2, 3})
      for (int n : {1, 2, 7, 15, 16, 17, 33, 100, 333})
        for (float scale : {0.01f, 1.f, 100.f}) {
          const Map map(n, dims, scale);
          CAPTURE(name_of(kernels), dims, n, scale);
          try_map(*kernels, map, 0, n);
          if (n > 2) try_map(*kernels, map, n / 3, n - n / 4);
        }
}

/// Where to write forces; and then how far they are from the expected, over the largest of these.
struct Forces {
  explicit Forces(const Map& map) : map(map), values(map.planes.size()) {
    std::fill_n(values.data(), values.size(), kUntouched);
  }
  /// `expected` is called with point and dimension for the points from first to last.
  template <typename F>
  double error(int first, int last, F expected) const {
    double worst = 0, largest = 1e-30;
    for (int i = first; i < last; ++i)
      for (int c = 0; c < map.dims; ++c) {
        const double force = expected(i, c);
        worst = std::max(worst, std::abs(values[map.plane(c) + std::size_t(i)] - force));
        largest = std::max(largest, std::abs(force));
      }
    return worst / largest;
  }
  bool untouched_but(int first, int last) const {
    for (int i = 0; i < int(map.stride); ++i)
      for (int c = 0; c < map.dims; ++c)
        if ((i < first || i >= last) && values[map.plane(c) + std::size_t(i)] != kUntouched)
          return false;
    return true;
  }

  const Map& map;
  Buffer values;
};

}  // namespace

TEST_CASE("attraction is the sum over the entries in doubles, for one to three dimensions") {
  for_every_map([](const Kernels& kernels, const Map& map, int first, int last) {
    const Rows rows(map.n);
    Forces forces(map);
    kernels.attract(map.points(), rows.view(), first, last, forces.values.data());
    CHECK(forces.untouched_but(first, last));
    CHECK(forces.error(first, last, [&](int i, int c) {
      double sum = 0;
      for (auto e = std::size_t(rows.begin[std::size_t(i)]);
           e < std::size_t(rows.begin[std::size_t(i) + 1]); ++e)
        sum += rows.p[e] * map.between(i, rows.index[e], c) /
               (1 + map.squared(i, rows.index[e]) / map.dof());
      return sum;
    }) < 2e-6);
  });
}

TEST_CASE("cross entropy is the sum over the entries in doubles, for one to three dimensions") {
  for_every_map([](const Kernels& kernels, const Map& map, int first, int last) {
    const Rows rows(map.n);
    double expected = 0, size = 0;
    for (int i = first; i < last; ++i)
      for (auto e = std::size_t(rows.begin[std::size_t(i)]);
           e < std::size_t(rows.begin[std::size_t(i) + 1]); ++e) {
        const double log = std::log1p(map.squared(i, rows.index[e]) / map.dof());
        expected += rows.p[e] * log;
        size += rows.p[e] * std::max(1.0, log);
      }
    CHECK(std::abs(kernels.cross_entropy(map.points(), rows.view(), first, last) - expected) <=
          3e-7 * size);
  });
}

TEST_CASE("all pairs' repulsion is the sum in doubles, for one to three dimensions") {
  for_every_map([](const Kernels& kernels, const Map& map, int first, int last) {
    Forces forces(map);
    const double z = kernels.repel(map.points(), first, last, forces.values.data());
    const auto w = [&](int i, int j) { return 1 / (1 + map.squared(i, j) / map.dof()); };
    const auto q = [&](int i, int j) { return std::pow(w(i, j), (map.dof() + 1) / 2); };
    double expected_z = 0;
    for (int i = first; i < last; ++i)
      for (int j = 0; j < map.n; ++j) expected_z += i == j ? 0 : q(i, j);
    CHECK(z == Approx(expected_z).epsilon(1e-6).margin(1e-30));
    CHECK(forces.untouched_but(first, last));
    CHECK(forces.error(first, last, [&](int i, int c) {
      double sum = 0;
      for (int j = 0; j < map.n; ++j) sum += q(i, j) * w(i, j) * map.between(i, j, c);
      return sum;
    }) < 2e-6);
  });
}
