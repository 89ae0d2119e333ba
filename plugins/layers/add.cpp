#include "pipeline/nn/elementwise.h"
#include "pipeline/plugin.h"
#include "several_inputs.h"

namespace pipeline::layers {

using namespace nn;

/// The sum of two inputs or more of one shape, value by value, from the first to the last.
class Add : public Layer {
 public:
  void declare(Declaration& d) override { d.summary("Adds its inputs, value by value."); }
  Shape build(const std::vector<Shape>& inputs, Builder&) override { return equal_inputs(inputs); }
  void forward(const ForwardBlock& f) const override {
    add(f.x[0], f.x[1], f.y);
    for (std::size_t i = 2; i < f.x.size(); ++i) add(f.y, f.x[i], f.y);
  }
  void backward(const BackwardBlock& f) const override {
    for (const Block& dx : f.dx)
      if (dx) scale(f.dy, 1.0f, dx);
  }
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("add", pipeline::layers::Add);
