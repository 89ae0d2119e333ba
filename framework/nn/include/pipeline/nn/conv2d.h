#pragma once
#include <cstdint>
#include <vector>

#include "pipeline/nn/activation.h"
#include "pipeline/nn/tensor.h"

namespace pipeline::nn {

namespace kernels {
struct Conv;
}

/// How windows lie on an axis: `before` zeros in front of it, `after` behind.
struct Padding {
  int before = 0, after = 0;
  /// As Keras' padding "same": ceil(size / stride) windows; an odd zero goes behind.
  static Padding same(int size, int window, int stride);
  /// Windows on an axis of `size`; 0 if none fits.
  int windows(int size, int window, int stride) const;
};

/// Sizes of a two-dimensional convolution (cross-correlation, as every library of neural networks
/// means it):
///   y[o][r][c] = bias[o] + sum over i, k, l of kernel[o][i][k][l] · x[i][r·stride + k·dilation -
///   before]…
struct Conv2dSizes {
  int in_channels = 1, out_channels = 1;
  int kernel_height = 1, kernel_width = 1;
  int stride = 1;
  Padding rows, columns;
  int dilation = 1;

  /// What the kernel covers of the image.
  int window_height() const { return (kernel_height - 1) * dilation + 1; }
  int window_width() const { return (kernel_width - 1) * dilation + 1; }
  std::size_t weights() const {
    return std::size_t(out_channels) * in_channels * kernel_height * kernel_width;
  }
  /// Zeros that forward() reads around x, and backward_data() around dy.
  int input_halo() const;
  int gradient_halo() const;
};

/// The convolution's kernels for one block of samples. pack() once a pass, then blocks in parallel.
class Conv2dOp {
 public:
  Conv2dOp() = default;
  explicit Conv2dOp(const Conv2dSizes& sizes);
  /// Lays the kernel [out][in][height][width] out for forward(), and `for_backward` also for
  /// backward_data().
  void pack(const float* kernel, bool for_backward);
  /// y = activation(convolution + bias); `bias` may be null.
  void forward(const ConstBlock& x, const float* bias, Activation activation, const Block& y) const;
  /// y = the largest of relu(convolution + bias) in each window of 2×2, cut at the border, of
  /// results of rows×columns; stride 1 only. `winners` gets 4 words for each value of y, from which
  /// unpool() knows where in the window it stood.
  void forward_pooled(const ConstBlock& x, const float* bias, int rows, int columns, const Block& y,
                      std::uint16_t* winners) const;
  /// dx, overwritten; times the derivative of the relu that x came out of, where `x_after_relu` is
  /// given.
  void backward_data(const ConstBlock& dy, const Block& dx,
                     const ConstBlock& x_after_relu = {}) const;
  /// Adds the gradient by the kernel (as pack() takes it), and by the bias where that is not null.
  void backward_weights(const ConstBlock& x, const ConstBlock& dy, float* kernel,
                        float* bias) const;

 private:
  void pack_phases(const float* kernel);
  void backward_phases(const ConstBlock& dy, const Block& dx, const ConstBlock& x_after_relu) const;
  kernels::Conv forward_to(const ConstBlock& x, const float* bias, bool relu, const Block& y) const;

  Conv2dSizes sizes_;
  std::vector<float> packed_, packed_backward_;
};

/// The way back through forward_pooled()'s relu and windows: full[2y + a][2x + b] = dy[y][x] in the
/// lanes whose winner stands there, else 0.
void unpool(const ConstBlock& dy, const std::uint16_t* winners, const Block& full);

}  // namespace pipeline::nn
