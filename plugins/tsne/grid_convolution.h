#pragma once
#include <vector>

#include "buffer.h"
#include "fft_plan.h"
#include "kernels.h"
#include "workers.h"

namespace pipeline::tsne {

/// A rectangle of charges, convolved with K(r) - shift, K(r) = 1/(1 + r²), as seen through cubic
/// B-splines: if points are spread with spline weights, and the field is read with spline weights,
/// the result is K summed over points. The shift, K at the grid's longer side, keeps a small map's
/// tiny differences of K from drowning in rounding. With a reach R, K within R is replaced by its
/// Taylor polynomial of second degree in r² about R².
class GridConvolution {
 public:
  /// Rows and columns must be FftPlan::good_size; `spacing` is the nodes' distance, `reach` is
  /// in nodes, 0 for none. Does nothing if all are as they were. Memory: about 28 bytes a node.
  void resize(int rows, int columns, double spacing, int reach, Workers& workers);
  int rows() const { return over_rows_.size(); }
  int columns() const { return over_columns_.size(); }
  double spacing() const { return spacing_; }
  /// What was subtracted from K.
  double shift() const { return shift_; }

  /// Value (r, c) is at r·stride + c: the charges, and after convolve() the field.
  std::size_t stride() const { return round_up_16(std::size_t(columns())); }
  float* row(int r) { return values_.data() + std::size_t(r) * stride(); }
  void convolve(Workers& workers);
  ConvolutionGrid view();

 private:
  void reserve(int threads);
  void forward_over_rows(Workers& workers);
  void prepare_multiplier(Workers& workers);

  FftPlan over_rows_, over_columns_;
  double spacing_ = 0, shift_ = 0;
  int reach_ = 0;
  Buffer values_, spectrum_, multiplier_;
  std::vector<Buffer> work_;  // one a thread
};

}  // namespace pipeline::tsne
