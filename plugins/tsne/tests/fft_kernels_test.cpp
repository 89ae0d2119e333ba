#include <catch2/catch.hpp>
#include <complex>
#include <numbers>

#include "buffer.h"
#include "every_kernels.h"
#include "fft_plan.h"

using namespace pipeline::tsne;

// The convolution's steps, each beside its formula in kernels.h, term by term in doubles.

namespace {

using Complex = std::complex<double>;
using std::numbers::pi;

/// e^(i·turns·2·pi), turns = numerator/denominator.
Complex turned(long numerator, long denominator) {
  return std::polar(1.0, 2 * pi * double(numerator % denominator) / double(denominator));
}

/// A grid of any values, spectrum and multiplier, the three without connection.
class Grid {
 public:
  Grid(int rows, int columns)
      : over_rows(rows),
        over_columns(columns),
        stride(round_up_16(std::size_t(columns))),
        blocks(int(round_up_16(std::size_t(rows)) / 16)),
        values(std::size_t(rows) * stride),
        spectrum(std::size_t(blocks) * stride * 32),
        multiplier(spectrum.size()),
        work(3 * 32 * round_up_16(std::size_t(std::max(rows, columns)))) {
    std::uint32_t word = 1;
    for (Buffer* buffer : {&values, &spectrum, &multiplier, &work})
      for (std::size_t i = 0; i < buffer->size(); ++i) {
        word = word * 1664525u + 1013904223u;
        (*buffer)[i] = float(word >> 8) / 16777216.f - 0.5f;
      }
  }
  ConvolutionGrid view() {
    return {values.data(),       stride,
            spectrum.data(),     stride * 32,
            multiplier.data(),   over_rows.shape(),
            over_columns.shape()};
  }
  int rows() const { return over_rows.size(); }
  int columns() const { return over_columns.size(); }
  int strips() const { return int(stride / 16); }
  std::size_t value_at(int row, int column) const {
    return std::size_t(row) * stride + std::size_t(column);
  }
  /// Of frequency `row` over the rows the real part; 16 beyond, the imaginary part.
  std::size_t spectrum_at(int row, int column) const {
    return (std::size_t(row / 16) * stride + std::size_t(column)) * 32 + std::size_t(row % 16);
  }
  Complex spectrum_value(int row, int column) const {
    const std::size_t at = spectrum_at(row, column);
    return {spectrum[at], spectrum[at + 16]};
  }

  FftPlan over_rows, over_columns;
  std::size_t stride;
  int blocks;
  Buffer values, spectrum, multiplier, work;
};

/// The largest difference of pairs over the largest of the expected.
class Error {
 public:
  void add(Complex found, Complex expected) {
    worst_ = std::max(worst_, std::abs(found - expected));
    largest_ = std::max(largest_, std::abs(expected));
  }
  double value() const { return worst_ / largest_; }

 private:
  double worst_ = 0, largest_ = 1e-30;
};
constexpr double kTolerance = 1e-6;

/// Every radix alone and together, an even and an odd number of passes, fewer than 16 and several
/// times 16, with and without a rest.
const std::vector<int> kLengths = {4, 5, 6, 9, 15, 16, 20, 25, 32, 36, 60, 75, 100, 108};

}  // namespace

TEST_CASE("columns go forward to the sums over their rows") {
  for (const Kernels* kernels : every_kernels())
    for (int rows : kLengths)
      for (int columns : {4, 16, 36}) {
        Grid grid(rows, columns);
        const Buffer values = Grid(rows, columns).values;
        const int last = grid.strips() - 1;
        std::fill_n(grid.spectrum.data(), grid.spectrum.size(), kUntouched);
        kernels->columns_forward(grid.view(), last, grid.work.data());
        CAPTURE(name_of(kernels), rows, columns);
        Error error;
        bool untouched = true, zero = true;
        for (int c = 0; c < int(grid.stride); ++c)
          for (int k = 0; k < 16 * grid.blocks; ++k) {
            const Complex found = grid.spectrum_value(k, c);
            if (c < 16 * last) {
              untouched = untouched && found == Complex(kUntouched, kUntouched);
            } else if (k >= rows) {
              zero = zero && found == Complex(0);
            } else {
              Complex sum = 0;
              for (int r = 0; r < rows; ++r)
                sum += double(values[grid.value_at(r, c)]) * turned(-r, 4 * rows) *
                       turned(-long(r) * k, rows);
              error.add(found, sum);
            }
          }
        CHECK(error.value() < kTolerance);
        CHECK(untouched);
        CHECK(zero);
      }
}

TEST_CASE("columns come back from the sums over their frequencies") {
  for (const Kernels* kernels : every_kernels())
    for (int rows : kLengths)
      for (int columns : {4, 16, 36}) {
        Grid grid(rows, columns);
        const int last = grid.strips() - 1;
        std::fill_n(grid.values.data(), grid.values.size(), kUntouched);
        kernels->columns_inverse(grid.view(), last, grid.work.data());
        CAPTURE(name_of(kernels), rows, columns);
        Error error;
        bool untouched = true;
        for (int c = 0; c < int(grid.stride); ++c)
          for (int r = 0; r < rows; ++r) {
            const float found = grid.values[grid.value_at(r, c)];
            if (c < 16 * last) {
              untouched = untouched && found == kUntouched;
              continue;
            }
            Complex sum = 0;
            for (int k = 0; k < rows; ++k)
              sum += grid.spectrum_value(k, c) * turned(long(r) * k, rows);
            error.add(double(found), std::real(sum * turned(r, 4 * rows)));
          }
        CHECK(error.value() < kTolerance);
        CHECK(untouched);
      }
}

TEST_CASE("rows convolve as their padded transforms times the multiplier") {
  for (const Kernels* kernels : every_kernels())
    for (int columns : kLengths)
      for (int rows : {4, 20}) {
        Grid grid(rows, columns);
        const Grid before(rows, columns);
        const int block = grid.blocks - 1, n = columns;
        kernels->rows_convolve(grid.view(), block, grid.work.data());
        CAPTURE(name_of(kernels), rows, columns);
        Error error;
        for (int row = 16 * block; row < 16 * block + 16; ++row) {
          std::vector<Complex> products;
          for (int m = 0; m < 2 * n; ++m) {
            Complex sum = 0;
            for (int c = 0; c < n; ++c)
              sum += before.spectrum_value(row, c) * turned(-long(m) * c, 2 * n);
            const std::size_t factor = std::size_t((m % 2 * n + m / 2) * 16 + row % 16);
            products.push_back(
                sum * double(before.multiplier[std::size_t(block) * 32 * grid.stride + factor]));
          }
          for (int c = 0; c < n; ++c) {
            Complex sum = 0;
            for (int m = 0; m < 2 * n; ++m)
              sum += products[std::size_t(m)] * turned(long(m) * c, 2 * n);
            error.add(grid.spectrum_value(row, c), sum);
          }
        }
        CHECK(error.value() < kTolerance);
        bool untouched = true;
        for (int row = 0; row < 16 * block; ++row)
          for (int c = 0; c < n; ++c)
            untouched = untouched && grid.spectrum_value(row, c) == before.spectrum_value(row, c);
        CHECK(untouched);
      }
}

TEST_CASE("the multiplier is the cosine sum over the kernel's half") {
  for (const Kernels* kernels : every_kernels())
    for (int columns : kLengths)
      for (int rows : {4, 20}) {
        Grid grid(rows, columns);
        const int block = grid.blocks - 1, n = columns;
        Buffer multiplier(std::size_t(n) * 32 + 16);
        std::fill_n(multiplier.data(), multiplier.size(), kUntouched);
        kernels->rows_multiplier(grid.view(), block, 0.37f, grid.work.data(), multiplier.data());
        CAPTURE(name_of(kernels), rows, columns);
        Error error;
        for (int m = 0; m < 2 * n; ++m)
          for (int lane = 0; lane < 16; ++lane) {
            double sum = 0;
            for (int c = 0; c < n; ++c)
              sum += (c == 0 ? 1 : 2) * grid.spectrum_value(16 * block + lane, c).real() *
                     turned(long(m) * c, 2 * n).real();
            error.add(double(multiplier[std::size_t((m % 2 * n + m / 2) * 16 + lane)]),
                      double(0.37f) * sum);
          }
        CHECK(error.value() < kTolerance);
        for (std::size_t i = 0; i < 16; ++i)
          CHECK(multiplier[std::size_t(n) * 32 + i] == kUntouched);
      }
}
