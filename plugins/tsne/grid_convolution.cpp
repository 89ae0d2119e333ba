#include "grid_convolution.h"

#include <algorithm>

namespace pipeline::tsne {
namespace {

/// The spline's inverse filter decays by 0.268 a node: after 24 nodes to 2e-14.
constexpr int kMargin = 24;

/// Undoes one smoothing by (1, 4, 1)/6 of a sequence that is even around its start: solves the
/// tridiagonal system for `lines` neighbouring sequences at once, in place, steps `step` apart.
void sharpen(double* x, int n, std::size_t step, std::size_t lines) {
  std::vector<double> upper(std::size_t(n), 0.0);
  upper[0] = 0.5;
  for (std::size_t l = 0; l < lines; ++l) x[l] *= 1.5;
  for (int i = 1; i < n; ++i) {
    // At the far end the sequence goes on as it ended.
    const double pivot = (i + 1 < n ? 4 : 5) - upper[std::size_t(i) - 1];
    upper[std::size_t(i)] = 1 / pivot;
    double *here = x + std::size_t(i) * step, *before = here - step;
    for (std::size_t l = 0; l < lines; ++l) here[l] = (6 * here[l] - before[l]) / pivot;
  }
  for (int i = n - 2; i >= 0; --i) {
    double *here = x + std::size_t(i) * step, *after = here + step;
    for (std::size_t l = 0; l < lines; ++l) here[l] -= upper[std::size_t(i)] * after[l];
  }
}

/// K at a squared distance, smooth within the squared radius: what is subtracted is K less its
/// Taylor polynomial about the radius.
double smooth_kernel(double square, double radius) {
  const double u = std::max(radius - square, 0.0) / (1 + radius);
  return (1 - u * u * u) / (1 + square);
}

/// That less 1/(1 + far²), without the rounding that this would have where both are nearly the
/// same.
double shifted_kernel(double square, double radius, double far) {
  if (square < radius) return smooth_kernel(square, radius) - 1 / (1 + far * far);
  return (far * far - square) / ((1 + square) * (1 + far * far));
}

/// K - shift at the nodes' distances, undone the smoothing of spreading and of reading:
/// [rows + kMargin][columns + kMargin].
std::vector<double> sharpened_kernel(int rows, int columns, double spacing, int reach, double far) {
  const int height = rows + kMargin, width = columns + kMargin;
  const double node = spacing * spacing, radius = node * reach * reach;
  std::vector<double> kernel(std::size_t(height) * width);
  for (int r = 0; r < height; ++r)
    for (int c = 0; c < width; ++c)
      kernel[std::size_t(r) * width + c] =
          shifted_kernel(node * (double(r) * r + double(c) * c), radius, far);
  for (int twice = 0; twice < 2; ++twice) {
    sharpen(kernel.data(), height, std::size_t(width), std::size_t(width));
    for (int r = 0; r < height; ++r) sharpen(kernel.data() + std::size_t(r) * width, width, 1, 1);
  }
  return kernel;
}

}  // namespace

void GridConvolution::resize(int rows, int columns, double spacing, int reach, Workers& workers) {
  reserve(workers.threads());
  if (rows == this->rows() && columns == this->columns() && spacing == spacing_ && reach == reach_)
    return;
  if (rows != this->rows()) over_rows_ = FftPlan(rows);
  if (columns != this->columns()) over_columns_ = FftPlan(columns);
  spacing_ = spacing;
  reach_ = reach;
  const std::size_t blocks = round_up_16(std::size_t(rows)) / 16;
  if (std::size_t(rows) * stride() > values_.size() || blocks * stride() * 32 > spectrum_.size()) {
    values_ = Buffer(std::size_t(rows) * stride());
    spectrum_ = Buffer(blocks * stride() * 32);
    multiplier_ = Buffer(blocks * stride() * 32);
  }
  work_.clear();
  reserve(workers.threads());
  prepare_multiplier(workers);
}

void GridConvolution::reserve(int threads) {
  const std::size_t longer = round_up_16(std::size_t(std::max({rows(), columns(), 16})));
  while (work_.size() < std::size_t(threads)) work_.emplace_back(3 * 32 * longer);
}

ConvolutionGrid GridConvolution::view() {
  return {values_.data(),     stride(),           spectrum_.data(),     stride() * 32,
          multiplier_.data(), over_rows_.shape(), over_columns_.shape()};
}

void GridConvolution::forward_over_rows(Workers& workers) {
  const ConvolutionGrid grid = view();
  workers.each(std::int64_t(stride() / 16), [&](std::int64_t strip, int thread) {
    kernels().columns_forward(grid, int(strip), work_[std::size_t(thread)].data());
  });
}

void GridConvolution::prepare_multiplier(Workers& workers) {
  const double far = spacing_ * std::max(rows(), columns());
  shift_ = 1 / (1 + far * far);
  const std::vector<double> kernel = sharpened_kernel(rows(), columns(), spacing_, reach_, far);
  const std::size_t width = std::size_t(columns()) + kMargin;
  for (int r = 0; r < rows(); ++r) {
    std::fill_n(row(r), stride(), 0.f);
    // Of an even sequence the half from 0 on suffices, with all but the first counted twice.
    for (int c = 0; c < columns(); ++c)
      row(r)[c] = float((r == 0 ? 1 : 2) * kernel[std::size_t(r) * width + c]);
  }
  forward_over_rows(workers);
  const ConvolutionGrid grid = view();
  const float scale = float(0.5 / (double(rows()) * columns()));
  workers.each(
      std::int64_t(round_up_16(std::size_t(rows())) / 16), [&](std::int64_t block, int thread) {
        kernels().rows_multiplier(grid, int(block), scale, work_[std::size_t(thread)].data(),
                                  multiplier_.data() + std::size_t(block) * grid.block);
      });
}

void GridConvolution::convolve(Workers& workers) {
  forward_over_rows(workers);
  const ConvolutionGrid grid = view();
  workers.each(std::int64_t(round_up_16(std::size_t(rows())) / 16),
               [&](std::int64_t block, int thread) {
                 kernels().rows_convolve(grid, int(block), work_[std::size_t(thread)].data());
               });
  workers.each(std::int64_t(stride() / 16), [&](std::int64_t strip, int thread) {
    kernels().columns_inverse(grid, int(strip), work_[std::size_t(thread)].data());
  });
}

}  // namespace pipeline::tsne
