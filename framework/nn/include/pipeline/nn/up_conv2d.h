#pragma once
#include <vector>

#include "pipeline/nn/conv2d.h"

namespace pipeline::nn {

/// A convolution of stride 1 behind a nearest up-sampling by `factor` in rows and columns, without
/// the enlarged image. Outputs whose places are equal modulo `factor` (a phase) read the same few
/// neighbours of x, each weighted by a sum of the kernel's taps: for 3×3 taps and a factor of 2
/// these are four kernels of 2×2, 4 products an output instead of 9. The gradients are those of the
/// transposed convolution of stride `factor` that the two together are.
class UpConv2dOp {
 public:
  UpConv2dOp() = default;
  /// `sizes` are the convolution's on the enlarged image; stride 1.
  UpConv2dOp(const Conv2dSizes& sizes, int factor);
  /// Zeros that forward() reads around x, and backward_data() around dy.
  int input_halo() const;
  int gradient_halo() const { return sizes_.gradient_halo(); }

  // As Conv2dOp's, x and dx being the small image:
  void pack(const float* kernel, bool for_backward);
  void forward(const ConstBlock& x, const float* bias, Activation activation, const Block& y) const;
  void backward_data(const ConstBlock& dy, const Block& dx,
                     const ConstBlock& x_after_relu = {}) const;
  void backward_weights(const ConstBlock& x, const ConstBlock& dy, float* kernel,
                        float* bias) const;

 private:
  /// What outputs of one phase read on an axis: `taps` values of x from `first` on.
  struct Phase {
    int first, taps, offset;  ///< tap k of the kernel reads value (offset + k) / factor
  };
  Phase phase(int output, const Padding& padding, int kernel) const;
  void forward_few(const ConstBlock& x, const float* bias, bool relu, const Block& y) const;
  void forward_phases(const ConstBlock& x, const float* bias, bool relu, const Block& y) const;
  template <class Places>
  std::vector<float> fold(const float* kernel, int taps, Places places) const;
  /// Taps of the transposed convolution on an axis.
  int wide(int kernel) const { return kernel + factor_ - 1; }

  Conv2dSizes sizes_;
  int factor_ = 1;
  std::vector<std::vector<float>> packed_;  ///< by phase: row's · factor + column's
  bool few_channels_ = false;               ///< all phases at once
  std::vector<float> packed_few_, packed_backward_;
};

}  // namespace pipeline::nn
