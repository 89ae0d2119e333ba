#include "one_input.h"
#include "pipeline/plugin.h"
#include "reorder.h"

namespace pipeline::layers {

using namespace nn;

/// Passes samples on and insists on their shape: put first in a list, it says what a model is for.
class InputLayer : public Layer {
 public:
  void declare(Declaration& d) override {
    d.summary("Passes samples on, and complains of those that have another shape.");
    d.param("shape", shape_, "of a sample, as [1, 28, 28]").at_least(1).items(1, 8).required();
  }
  Shape build(const std::vector<Shape>& inputs, Builder&) override {
    const Shape& x = only_input(inputs);
    if (x != shape_)
      throw Error("expects samples of shape " + to_string(shape_) + ", got " + to_string(x));
    return x;
  }
  void forward(const ForwardBlock& f) const override { copy_values(f.x[0], f.y); }
  void backward(const BackwardBlock& f) const override {
    if (f.dx[0]) copy_values(f.dy, f.dx[0]);
  }

 private:
  Shape shape_;
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("input", pipeline::layers::InputLayer);
