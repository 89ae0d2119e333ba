#include "pipeline/nn/activation.h"

#include "one_input.h"
#include "pipeline/plugin.h"

namespace pipeline::layers {

using namespace nn;

/// y = f(x), value by value, samples of any shape: relu max(0, x); sigmoid 1 / (1 + e^-x); tanh;
/// elu x > 0 ? x : e^x - 1 (Clevert et al., 2016); softplus ln(1 + e^x); softmax over the channels
/// of each place; leaky_relu x > 0 ? x : x / 5; swish, or silu, x / (1 + e^-x) (Ramachandran et
/// al., 2017); gelu x times the share of a standard normal distribution below x, exactly, not by
/// tanh (Hendrycks and Gimpel, 2016); linear x.
class ActivationLayer : public Layer {
 public:
  explicit ActivationLayer(Activation function = Activation::linear) : function_(function) {}
  void declare(Declaration& d) override {
    d.summary("Applies a function to each value.");
    d.param("function", function_, "which one").required();
  }
  Shape build(const std::vector<Shape>& inputs, Builder&) override { return only_input(inputs); }
  void forward(const ForwardBlock& f) const override { activate(function_, f.x[0], f.y); }
  void backward(const BackwardBlock& f) const override {
    if (!f.dx[0]) return;
    activate_backward(f.before_activation ? Activation::linear : function_,
                      derivative_needs_input(function_) ? f.x[0] : f.y, f.dy, f.dx[0]);
  }
  Activation activation() const override {
    return derivative_needs_input(function_) ? Activation::linear : function_;
  }

 private:
  Activation function_;
};

/// One of them under its own name.
template <Activation function>
class FunctionLayer : public ActivationLayer {
 public:
  FunctionLayer() : ActivationLayer(function) {}
  void declare(Declaration& d) override {
    d.summary("The function " + std::string(name(function)) + " of each value, see activation.");
  }
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("activation", pipeline::layers::ActivationLayer);
PIPELINE_COMPONENT("relu", pipeline::layers::FunctionLayer<pipeline::nn::Activation::relu>);
PIPELINE_COMPONENT("softmax", pipeline::layers::FunctionLayer<pipeline::nn::Activation::softmax>);
PIPELINE_COMPONENT("swish", pipeline::layers::FunctionLayer<pipeline::nn::Activation::swish>);
PIPELINE_COMPONENT("gelu", pipeline::layers::FunctionLayer<pipeline::nn::Activation::gelu>);
