#include "pipeline/nn/elementwise.h"
#include "pipeline/plugin.h"
#include "several_inputs.h"

namespace pipeline::layers {

using namespace nn;

/// The product of two inputs or more of one shape, value by value, from the first to the last.
class Multiply : public Layer {
 public:
  void declare(Declaration& d) override { d.summary("Multiplies its inputs, value by value."); }
  Shape build(const std::vector<Shape>& inputs, Builder&) override { return equal_inputs(inputs); }
  void forward(const ForwardBlock& f) const override {
    multiply(f.x[0], f.x[1], f.y);
    for (std::size_t i = 2; i < f.x.size(); ++i) multiply(f.y, f.x[i], f.y);
  }
  void backward(const BackwardBlock& f) const override {
    for (std::size_t i = 0; i < f.dx.size(); ++i) {
      if (!f.dx[i]) continue;
      ConstBlock product = f.dy;
      for (std::size_t j = 0; j < f.x.size(); ++j)
        if (j != i) {
          multiply(product, f.x[j], f.dx[i]);
          product = f.dx[i];
        }
    }
  }
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("multiply", pipeline::layers::Multiply);
