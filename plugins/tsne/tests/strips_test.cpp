#include "strips.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "every_kernels.h"
#include "grid_convolution.h"
#include "made_points.h"
#include "workers.h"

using namespace pipeline::tsne;

namespace {

/// Points over a grid, sorted; in nodes, as doubles, in `row` and `column`.
struct Sorted {
  std::size_t n, stride;
  Buffer planes;
  int rows, columns;
  double spacing;
  Strips strips;
  std::vector<double> row, column;
};

Sorted sorted_points(int n, float scale, double spacing) {
  Sorted out{std::size_t(n), round_up_16(std::size_t(n)), {}, 0, 0, spacing, {}, {}, {}};
  const std::vector<float> made = made_points(n, 2, 4);
  out.planes = Buffer(2 * out.stride);
  float least[2] = {1e9f, 1e9f}, most[2] = {-1e9f, -1e9f};
  for (std::size_t i = 0; i < out.n; ++i)
    for (std::size_t c = 0; c < 2; ++c) {
      const float value = out.planes[c * out.stride + i] = made[2 * i + c] * scale;
      least[c] = std::min(least[c], value);
      most[c] = std::max(most[c], value);
    }
  out.rows = FftPlan::good_size(int((most[0] - least[0]) / spacing) + 5);
  out.columns = FftPlan::good_size(int((most[1] - least[1]) / spacing) + 5);
  const Points points{out.planes.data(), out.stride, n, 2};
  out.strips.sort(points, out.rows, out.columns, spacing, least[0], least[1]);
  for (std::size_t i = 0; i < out.n; ++i) {
    out.row.push_back((double(out.planes[i]) - least[0]) / spacing);
    out.column.push_back((double(out.planes[out.stride + i]) - least[1]) / spacing);
  }
  return out;
}

/// The cubic B-spline around 0, and its derivative.
double spline(double x) {
  x = std::abs(x);
  if (x >= 2) return 0;
  return x < 1 ? 2.0 / 3 - x * x + x * x * x / 2 : std::pow(2 - x, 3) / 6;
}
double slope(double x) {
  const double size = std::abs(x), sign = x < 0 ? -1 : 1;
  if (size >= 2) return 0;
  return sign * (size < 1 ? -2 * size + 1.5 * size * size : -0.5 * std::pow(2 - size, 2));
}

constexpr float kScale = 1.7f;
const std::vector<int> kSizes = {1, 2, 15, 16, 17, 31, 200, 777};

}  // namespace

TEST_CASE("strips hold every point once, in the order of their columns") {
  for (int n : kSizes) {
    const Sorted sorted = sorted_points(n, kScale, 0.7);
    const StripPoints points = sorted.strips.view();
    CAPTURE(n);
    REQUIRE(points.begin[0] == 0);
    REQUIRE(points.begin[points.strips * points.columns] == n);
    std::vector<int> seen(std::size_t(n), 0);
    for (int s = 0; s < points.strips; ++s)
      for (int c = 0; c < points.columns; ++c)
        for (int k = points.begin[s * points.columns + c];
             k < points.begin[s * points.columns + c + 1]; ++k) {
          ++seen[std::size_t(points.point[k])];
          CHECK(int(points.row[k]) / kReach == s);
          CHECK(int(points.column[k]) == c);
          CHECK(points.row[k] == Approx(sorted.row[std::size_t(points.point[k])]).margin(1e-5));
        }
    CHECK(seen == std::vector<int>(std::size_t(n), 1));
  }
}

TEST_CASE("spreading adds each point's spline to the nodes") {
  Workers workers(1);
  for (const Kernels* kernels : every_kernels())
    for (int n : kSizes) {
      const Sorted sorted = sorted_points(n, kScale, 0.7);
      GridConvolution grid;
      grid.resize(sorted.rows, sorted.columns, sorted.spacing, kReach, workers);
      std::fill_n(grid.row(0), std::size_t(grid.rows()) * grid.stride(), 0.f);
      for (int s = 0; s < sorted.strips.count(); ++s)
        kernels->spread(sorted.strips.view(), s, grid.view());
      double worst = 0;
      for (int r = 0; r < grid.rows(); ++r)
        for (int c = 0; c < grid.columns(); ++c) {
          double sum = 0;
          for (std::size_t i = 0; i < sorted.n; ++i)
            sum += spline(sorted.row[i] + 1 - r) * spline(sorted.column[i] + 1 - c);
          worst = std::max(worst, std::abs(sum - double(grid.row(r)[c])));
        }
      CAPTURE(name_of(kernels), n);
      CHECK(worst < 2e-5);
    }
}

TEST_CASE("field and slopes are read with each point's splines") {
  Workers workers(1);
  for (const Kernels* kernels : every_kernels())
    for (int n : kSizes) {
      const Sorted sorted = sorted_points(n, kScale, 0.7);
      GridConvolution grid;
      grid.resize(sorted.rows, sorted.columns, sorted.spacing, kReach, workers);
      for (int r = 0; r < grid.rows(); ++r)
        for (int c = 0; c < grid.columns(); ++c)
          grid.row(r)[c] = float((r * 7919 + c * 104729) % 101) / 101;
      Buffer force(2 * sorted.stride);
      double field = 0, expected_field = 0, worst = 0;
      for (int s = 0; s < sorted.strips.count(); ++s)
        field += kernels->interpolate(sorted.strips.view(), s, grid.view(), 0.5f, force.data(),
                                      sorted.stride);
      for (std::size_t i = 0; i < sorted.n; ++i) {
        double down = 0, along = 0;
        for (int r = int(sorted.row[i]); r < int(sorted.row[i]) + 4; ++r)
          for (int c = int(sorted.column[i]); c < int(sorted.column[i]) + 4; ++c) {
            const double y = sorted.row[i] + 1 - r, x = sorted.column[i] + 1 - c;
            const double value = double(grid.row(r)[c]);
            expected_field += value * spline(y) * spline(x);
            down -= 0.5 * value * slope(y) * spline(x);
            along -= 0.5 * value * spline(y) * slope(x);
          }
        worst = std::max(
            {worst, std::abs(force[i] - down), std::abs(force[sorted.stride + i] - along)});
      }
      CAPTURE(name_of(kernels), n);
      CHECK(field == Approx(expected_field).epsilon(1e-5));
      CHECK(worst < 2e-5);
    }
}

TEST_CASE("near sums are what the smooth kernel lacks within the reach") {
  for (const Kernels* kernels : every_kernels())
    for (int n : kSizes)
      for (double spacing : {1.0, 0.4, 5.0}) {
        const Sorted sorted = sorted_points(n, kScale, spacing);
        Buffer force(2 * sorted.stride);
        std::fill_n(force.data(), force.size(), 2.f);
        double lack = 0, expected = 0, worst = 0, size = 1e-3;
        for (int s = 0; s < sorted.strips.count(); ++s)
          lack +=
              kernels->near(sorted.strips.view(), s, float(spacing), force.data(), sorted.stride);
        const double radius = spacing * spacing * kReach * kReach, at = 1 / (1 + radius);
        for (std::size_t i = 0; i < sorted.n; ++i) {
          double sums[2] = {0, 0};
          for (std::size_t j = 0; j < sorted.n; ++j) {
            const double down = spacing * (sorted.row[i] - sorted.row[j]);
            const double along = spacing * (sorted.column[i] - sorted.column[j]);
            const double t = down * down + along * along, k = 1 / (1 + t);
            if (t >= radius) continue;
            expected +=
                k - (at - at * at * (t - radius) + std::pow(at, 3) * std::pow(t - radius, 2));
            const double f = k * k - (at * at - 2 * std::pow(at, 3) * (t - radius));
            sums[0] += f * down;
            sums[1] += f * along;
          }
          for (std::size_t c = 0; c < 2; ++c) {
            worst = std::max(worst, std::abs(force[c * sorted.stride + i] - 2 - sums[c]));
            size = std::max(size, std::abs(sums[c]));
          }
        }
        CAPTURE(name_of(kernels), n, spacing);
        CHECK(lack == Approx(expected).epsilon(1e-5));
        CHECK(worst < 2e-5 * std::max(1.0, size));
      }
}
