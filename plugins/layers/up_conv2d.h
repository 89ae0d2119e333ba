#pragma once
#include <memory>

#include "conv2d.h"
#include "pipeline/nn/up_conv2d.h"
#include "up_sampling2d.h"

namespace pipeline::layers {

using namespace nn;

/// An up-sampling and the convolution behind it: the enlarged image is never written.
class UpConv2d : public FusedConv2d {
 public:
  static Fused fused(const Conv2d& conv, int factor) {
    auto layer = std::make_unique<UpConv2d>(conv, factor);
    const int input_halo = layer->op_.input_halo(), gradient_halo = layer->op_.gradient_halo();
    return {std::move(layer), input_halo, gradient_halo};
  }
  UpConv2d(const Conv2d& conv, int factor) : FusedConv2d(conv), op_(conv.sizes(), factor) {}

  void prepare(const Pass& pass) override { op_.pack(conv_.kernel().data(), pass.training); }
  void forward(const ForwardBlock& f) const override {
    op_.forward(f.x[0], conv_.bias_data(), activation(), f.y);
  }
  void backward(const BackwardBlock& f) const override {
    if (!f.before_activation) activate_backward(activation(), f.y, f.dy, f.dy);
    backward_through(op_, conv_, f, f.dy);
  }

 private:
  UpConv2dOp op_;
};

}  // namespace pipeline::layers
