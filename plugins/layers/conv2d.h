#pragma once
#include <string>

#include "pair.h"
#include "pipeline/nn/conv2d.h"
#include "pipeline/nn/layer.h"

namespace pipeline::nn {

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

  Fused fuse(Layer& before, const Shape& x) override;
  bool does_derivative_of(Activation a) const override { return a == Activation::relu; }
  Activation activation() const override { return activation_; }
  std::string class_name() const override { return "Conv2D"; }

  // For the layers that do its work together with a neighbour's:
  const Conv2dSizes& sizes() const { return sizes_; }
  const Weight& kernel() const { return kernel_; }
  const Weight* bias() const { return use_bias_ ? &bias_ : nullptr; }

 private:
  std::int64_t filters_ = 1;
  Pair kernel_size_;
  int stride_ = 1;
  std::string padding_ = "valid";
  Activation activation_ = Activation::linear;
  bool use_bias_ = true;
  Conv2dSizes sizes_;
  Conv2dOp op_;
  Weight kernel_, bias_;
};

}  // namespace pipeline::nn
