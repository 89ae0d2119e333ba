#include <catch2/catch.hpp>
#include <cmath>

#include "buffer.h"
#include "kernels.h"
#include "made_points.h"

using namespace pipeline::tsne;

namespace {

/// Rows of 0 to 5 times 16 entries, of any order, the last of which only fill.
struct Rows {
  std::vector<std::int64_t> begin{0};
  std::vector<std::int32_t> index;
  std::vector<float> p;
};

Rows rows_of(int n) {
  Rows rows;
  for (int i = 0; i < n; ++i) {
    for (int e = 0; e < i % 6 * 16; ++e) {
      const bool fills = e >= i % 6 * 16 - 5;
      rows.index.push_back(fills ? i : (i * 31 + e * 17) % n);
      rows.p.push_back(fills ? 0.f : float(1 + e % 7) * 1e-3f);
    }
    rows.begin.push_back(std::int64_t(rows.index.size()));
  }
  return rows;
}

}  // namespace

TEST_CASE("attraction is the sum over the entries in doubles, for one to three dimensions") {
  for (const Kernels* kernels : {&choose_kernels("avx2"), &choose_kernels("")})
    for (int dims : {1, 2, 3})
      for (int n : {2, 7, 16, 33, 100}) {
        const std::vector<float> made = made_points(n, dims, 3);
        const std::size_t stride = round_up_16(std::size_t(n));
        Buffer planes(stride * std::size_t(dims)), pairs(2 * stride), force(planes.size());
        for (std::size_t i = 0; i < std::size_t(n); ++i)
          for (std::size_t c = 0; c < std::size_t(dims); ++c)
            planes[c * stride + i] = made[i * std::size_t(dims) + c];
        if (dims == 2)
          kernels->interleave(planes.data(), planes.data() + stride, stride, pairs.data());
        const Rows rows = rows_of(n);
        const Points points{planes.data(), stride, n, dims, pairs.data()};
        kernels->attract(points, {rows.begin.data(), rows.index.data(), rows.p.data()}, 0, n,
                         force.data());
        double worst = 0, largest = 0;
        for (std::size_t i = 0; i < std::size_t(n); ++i)
          for (std::size_t c = 0; c < std::size_t(dims); ++c) {
            double sum = 0;
            for (auto e = std::size_t(rows.begin[i]); e < std::size_t(rows.begin[i + 1]); ++e) {
              double square = 0, along = 0;
              for (std::size_t d = 0; d < std::size_t(dims); ++d) {
                const double delta = double(planes[d * stride + i]) -
                                     planes[d * stride + std::size_t(rows.index[e])];
                square += delta * delta;
                if (d == c) along = delta;
              }
              sum += rows.p[e] * along / (1 + square / (dims == 3 ? 2 : 1));
            }
            worst = std::max(worst, std::abs(force[c * stride + i] - sum));
            largest = std::max(largest, std::abs(sum));
          }
        CAPTURE(dims, n);
        CHECK(worst <= 1e-6 * largest);
      }
}
