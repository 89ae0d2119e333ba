#pragma once
#include <string>

#include "conv_params.h"
#include "pipeline/nn/conv2d.h"
#include "pipeline/nn/layer.h"

namespace pipeline::layers {

using namespace nn;

/// y[o] = activation(sum over i of kernel[o][i] ⋆ x[i] + bias[o]), ⋆ being cross-correlation (LeCun
/// et al., 1989). Samples {channels, height, width} to {filters, height', width'}; weights kernel
/// {filters, channels, rows, columns}, bias {filters}. Padding "same" keeps ceil(size / stride);
/// an odd zero goes behind, as Keras has it.
class Conv2d : public Layer {
 public:
  void declare(Declaration& d) override;
  Shape build(const std::vector<Shape>& inputs, Builder& builder) override;
  void prepare(const Pass& pass) override { op_.pack(kernel_.data(), pass.training); }
  void forward(const ForwardBlock& f) const override;
  void backward(const BackwardBlock& f) const override;

  Fused fuse(const Layer& before, const Shape& between) override;
  bool does_derivative_of(Activation a) const override { return a == Activation::relu; }
  Activation activation() const override { return params_.ending.activation(); }
  std::string class_name() const override { return "Conv2D"; }

  // For the layers that do its work together with a neighbour's:
  const Conv2dSizes& sizes() const { return sizes_; }
  /// What follows from y alone is all that they know to undo.
  bool keeps_input() const { return derivative_needs_input(params_.ending.function); }
  const Weight& kernel() const { return kernel_; }
  const Weight* bias() const { return params_.use_bias ? &bias_ : nullptr; }
  const float* bias_data() const { return bias_.data(); }  ///< null where there is none

 private:
  ConvParams params_;
  int dilation_ = 1;
  Conv2dSizes sizes_;
  Conv2dOp op_;
  Weight kernel_, bias_;
};

/// The way back of dy through the operation that does a convolution, alone or with a neighbour.
template <class Op>
void backward_through(const Op& op, const Conv2d& conv, const BackwardBlock& f,
                      const ConstBlock& dy) {
  op.backward_weights(f.x[0], dy, f.gradient(conv.kernel()),
                      conv.bias() ? f.gradient(*conv.bias()) : nullptr);
  const bool after_relu = f.x_activation == Activation::relu;
  if (f.dx[0]) op.backward_data(dy, f.dx[0], after_relu ? f.x[0] : ConstBlock{});
}

/// A convolution with a neighbour, as one layer with the convolution's weights. It is made of
/// layers that are built, so it declares and builds nothing.
class FusedConv2d : public Layer {
 public:
  explicit FusedConv2d(const Conv2d& conv) : conv_(conv) {}
  void declare(Declaration&) override {}
  Shape build(const std::vector<Shape>&, Builder&) override { return {}; }
  bool does_derivative_of(Activation a) const override { return conv_.does_derivative_of(a); }
  Activation activation() const override { return conv_.activation(); }

 protected:
  const Conv2d& conv_;
};

}  // namespace pipeline::layers
