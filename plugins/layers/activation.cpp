#include "pipeline/nn/activation.h"

#include "one_input.h"
#include "pipeline/plugin.h"

namespace pipeline::nn {

/// y = f(x), value by value, samples of any shape: relu max(0, x); sigmoid 1 / (1 + e^-x); tanh;
/// elu x > 0 ? x : e^x - 1 (Clevert et al., 2016); softplus ln(1 + e^x); softmax over the channels
/// of each place; linear x.
class ActivationLayer : public Layer {
 public:
  void declare(Declaration& d) override {
    d.summary("Applies a function to each value.");
    d.param("function", function_, "which one").required();
  }
  Shape build(const std::vector<Shape>& inputs, Builder&) override { return only_input(inputs); }
  void forward(const ForwardBlock& f) const override { activate(function_, f.x[0], f.y); }
  void backward(const BackwardBlock& f) const override {
    if (!f.dx[0]) return;
    activate_backward(f.before_activation ? Activation::linear : function_, f.y, f.dy, f.dx[0]);
  }
  Activation activation() const override { return function_; }

 private:
  Activation function_ = Activation::linear;
};

}  // namespace pipeline::nn

PIPELINE_COMPONENT("activation", pipeline::nn::ActivationLayer);
