#include "one_input.h"
#include "pipeline/nn/activation.h"
#include "pipeline/plugin.h"

namespace pipeline::layers {

using namespace nn;

/// y = x > 0 ? x : negative_slope·x (Maas et al., 2013), samples of any shape. The standard slope
/// is that of Keras' layer; its function of this name has 0.2, and PyTorch 0.01.
class LeakyRelu : public Layer {
 public:
  void declare(Declaration& d) override {
    d.summary("Positive values as they are, a share of negative ones.");
    d.param("negative_slope", slope_, "factor of negative values").at_least(0);
  }
  Shape build(const std::vector<Shape>& inputs, Builder&) override { return only_input(inputs); }
  void forward(const ForwardBlock& f) const override { leaky_relu(f.x[0], float(slope_), f.y); }
  void backward(const BackwardBlock& f) const override {
    if (f.dx[0]) leaky_relu_backward(f.x[0], f.dy, float(slope_), f.dx[0]);
  }
  std::string class_name() const override { return "LeakyReLU"; }

 private:
  double slope_ = 0.3;
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("leaky_relu", pipeline::layers::LeakyRelu);
