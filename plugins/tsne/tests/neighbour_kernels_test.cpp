#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "every_kernels.h"
#include "made_points.h"

using namespace pipeline::tsne;

namespace {

constexpr float kInfinite = std::numeric_limits<float>::infinity();

/// Four queries and blocks of 16 points, the last three points of which are infinitely far.
struct Blocks {
  Blocks(int count, int features)
      : count(count), features(features), made(made_points(4 + 16 * count, features, 5)) {
    for (int q = 0; q < 4; ++q) queries[q] = made.data() + q * features;
    values.resize(std::size_t(16 * count * features), kInfinite);
    for (int i = 0; i < 16 * count - 3; ++i)
      for (int f = 0; f < features; ++f)
        values[place(i, f)] = made[std::size_t((4 + i) * features + f)];
  }
  std::size_t place(int i, int f) const {
    return std::size_t((i / 16 * features + f) * 16 + i % 16);
  }
  /// Of query q and point i, in the type T, each feature rounded once.
  template <typename T>
  T squared(int q, int i) const {
    T sum = 0;
    for (int f = 0; f < features; ++f) {
      const T delta = T(values[place(i, f)]) - T(queries[q][f]);
      sum = std::fma(delta, delta, sum);
    }
    return sum;
  }

  int count, features;
  std::vector<float> made, values;
  const float* queries[4];
};

}  // namespace

TEST_CASE("distances to the chosen blocks are those of doubles") {
  for (const Kernels* kernels : every_kernels())
    for (int features : {1, 3, 8, 50})
      for (int count : {1, 2, 7}) {
        const Blocks blocks(count, features);
        std::vector<std::int32_t> chosen;  // from the last on, the first twice; or none
        for (int b = count; b-- > 0;) chosen.push_back(b);
        chosen.push_back(0);
        for (std::size_t n : {std::size_t(0), std::size_t(1), chosen.size()}) {
          const std::size_t stride = 16 * n + 5;
          std::vector<float> out(4 * stride, kUntouched);
          kernels->distances(blocks.queries, blocks.values.data(), features, chosen.data(), int(n),
                             out.data(), stride);
          CAPTURE(name_of(kernels), features, count, n);
          for (std::size_t q = 0; q < 4; ++q)
            for (std::size_t k = 0; k < stride; ++k) {
              const float found = out[q * stride + k];
              CAPTURE(q, k);
              if (k >= 16 * n) {
                CHECK(found == kUntouched);
                continue;
              }
              const int point = chosen[k / 16] * 16 + int(k % 16);
              const double expected = blocks.squared<double>(int(q), point);
              if (std::isinf(expected)) CHECK(found == kInfinite);
              else CHECK(std::abs(found - expected) <= 1e-6 * expected);
            }
        }
      }
}

TEST_CASE("the sieve keeps the blocks with a point near enough to one of four") {
  for (const Kernels* kernels : every_kernels())
    for (int features : {1, 3, 8})
      for (int count : {1, 2, 7, 40}) {
        const Blocks blocks(count, features);
        for (float limit : {-1.f, 0.5f, 4.f, 50.f, 1e9f}) {
          const float limits[4] = {limit, limit / 2, limit / 3, limit / 4};
          std::vector<std::int32_t> expected, found(std::size_t(count), 0);
          for (int b = 0; b < count; ++b) {
            bool near = false;
            for (int q = 0; q < 4; ++q)
              for (int i = 16 * b; i < 16 * b + 16; ++i)
                near = near || blocks.squared<float>(q, i) <= limits[q];
            if (near) expected.push_back(b);
          }
          found.resize(std::size_t(kernels->sieve(blocks.queries, limits, blocks.values.data(),
                                                  features, count, found.data())));
          CAPTURE(name_of(kernels), features, count, limit);
          CHECK(found == expected);
        }
      }
}

TEST_CASE("of values those at most as large as a limit are found, in order") {
  for (const Kernels* kernels : every_kernels())
    for (int count : {0, 16, 32, 48, 160}) {
      std::vector<float> values;
      for (int i = 0; i < count; ++i)
        values.push_back(i % 11 == 3 ? kInfinite : float(i * 37 % 23) / 4);
      values.resize(values.size() + 16, 0.f);  // beyond
      for (float limit : {-1.f, 0.f, 0.25f, 2.6f, 5.5f, kInfinite}) {
        std::vector<std::int32_t> expected, found(std::size_t(count), 0);
        for (int i = 0; i < count; ++i)
          if (values[std::size_t(i)] <= limit) expected.push_back(i);
        found.resize(std::size_t(kernels->at_most(values.data(), count, limit, found.data())));
        CAPTURE(name_of(kernels), count, limit);
        CHECK(found == expected);
      }
    }
}
