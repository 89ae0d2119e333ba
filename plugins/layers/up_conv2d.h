#pragma once
#include "conv2d.h"
#include "pipeline/nn/up_conv2d.h"
#include "up_sampling2d.h"

namespace pipeline::nn {

/// An up-sampling and the convolution behind it, as one layer with the convolution's weights.
class UpConv2d : public Layer {
 public:
  static Fused fused(const Conv2d& conv, int factor) {
    auto layer = std::make_unique<UpConv2d>(conv, factor);
    const int input_halo = layer->op_.input_halo(), gradient_halo = layer->op_.gradient_halo();
    return {std::move(layer), input_halo, gradient_halo};
  }
  UpConv2d(const Conv2d& conv, int factor) : conv_(conv), op_(conv.sizes(), factor) {}

  void declare(Declaration&) override {}
  Shape build(const std::vector<Shape>&, Builder&) override { return {}; }
  void prepare(const Pass& pass) override { op_.pack(conv_.kernel().data(), pass.training); }
  void forward(const ForwardBlock& f) const override {
    op_.forward(f.x[0], conv_.bias() ? conv_.bias()->data() : nullptr, activation(), f.y);
  }
  void backward(const BackwardBlock& f) const override {
    if (!f.before_activation) activate_backward(activation(), f.y, f.dy, f.dy);
    op_.backward_weights(f.x[0], f.dy, f.gradient(conv_.kernel()),
                         conv_.bias() ? f.gradient(*conv_.bias()) : nullptr);
    if (!f.dx[0]) return;
    const bool after_relu = f.x_activation == Activation::relu;
    op_.backward_data(f.dy, f.dx[0], after_relu ? f.x[0] : ConstBlock{});
  }
  bool does_derivative_of(Activation a) const override { return a == Activation::relu; }
  Activation activation() const override { return conv_.activation(); }

 private:
  const Conv2d& conv_;
  UpConv2dOp op_;
};

}  // namespace pipeline::nn
