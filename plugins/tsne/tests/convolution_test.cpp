#include <catch2/catch.hpp>
#include <cmath>

#include "every_kernels.h"
#include "grid_convolution.h"

using namespace pipeline::tsne;

namespace {

using Field = std::vector<std::vector<double>>;

/// The smoothing that spreading or reading by cubic splines does at the nodes.
Field smoothed(const Field& in) {
  const double w[3] = {1.0 / 6, 4.0 / 6, 1.0 / 6};
  Field out(in.size(), std::vector<double>(in[0].size(), 0.0));
  for (std::size_t r = 1; r + 1 < in.size(); ++r)
    for (std::size_t c = 1; c + 1 < in[0].size(); ++c)
      for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j) out[r][c] += w[i] * w[j] * in[r + i - 1][c + j - 1];
  return out;
}

/// 1/(1 + t), and within the reach its Taylor polynomial of second degree about the reach.
double kernel(double t, double spacing, int reach) {
  const double radius = spacing * spacing * reach * reach, at = 1 / (1 + radius);
  if (t >= radius) return 1 / (1 + t);
  return at - at * at * (t - radius) + at * at * at * (t - radius) * (t - radius);
}

}  // namespace

TEST_CASE("the field, smoothed twice, is the kernel's sum over the charges, for every radix") {
  const Kernels* kernels = GENERATE(from_range(every_kernels()));
  const KernelsInUse in_use(kernels);
  Workers workers(2);
  const int sizes[][2] = {{16, 16}, {20, 36}, {60, 16}, {100, 48}, {32, 24}, {108, 40}};
  const std::pair<double, int> spacings[] = {{0.25, 0}, {0.01, 0}, {1, 3}, {1.4, 3}};
  for (const auto& [rows, columns] : sizes)
    for (const auto& [spacing, reach] : spacings) {
      GridConvolution grid;
      grid.resize(rows, columns, spacing, reach, workers);
      std::vector<std::tuple<int, int, float>> charges;
      for (int k = 0; k < 12; ++k)
        charges.emplace_back(k * 7919 % rows, k * 104729 % columns, 1 + float(k % 3));
      for (int r = 0; r < rows; ++r) std::fill_n(grid.row(r), grid.stride(), 0.f);
      for (const auto& [r, c, q] : charges) grid.row(r)[c] += q;
      grid.convolve(workers);
      Field field(std::size_t(rows), std::vector<double>(std::size_t(columns), 0.0));
      for (int r = 0; r < rows; ++r)
        for (int c = 0; c < columns; ++c) field[std::size_t(r)][std::size_t(c)] = grid.row(r)[c];
      field = smoothed(smoothed(field));
      double worst = 0, largest = 0;
      for (int r = 2; r < rows - 2; ++r)
        for (int c = 2; c < columns - 2; ++c) {
          double sum = 0;
          for (const auto& [cr, cc, q] : charges) {
            const double square = spacing * spacing * ((r - cr) * (r - cr) + (c - cc) * (c - cc));
            sum += q * (kernel(square, spacing, reach) - grid.shift());
          }
          worst = std::max(worst, std::abs(sum - field[std::size_t(r)][std::size_t(c)]));
          largest = std::max(largest, std::abs(sum));
        }
      CAPTURE(name_of(kernels), rows, columns, spacing, reach);
      CHECK(worst < 3e-6 * largest);
    }
}

TEST_CASE("lengths of transforms are multiples of 4 without large primes") {
  CHECK(FftPlan::good_size(1) == 4);
  CHECK(FftPlan::good_size(16) == 16);
  CHECK(FftPlan::good_size(17) == 20);
  CHECK(FftPlan::good_size(193) == 200);
  CHECK(FftPlan::good_size(1000) == 1000);
}
