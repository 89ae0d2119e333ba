#include "one_input.h"
#include "pipeline/plugin.h"
#include "reorder.h"

namespace pipeline::layers {

using namespace nn;

/// The values of a sample, in C order, under another shape of as many.
class Reshape : public Layer {
 public:
  void declare(Declaration& d) override {
    d.summary("Gives samples another shape, in C order.");
    d.param("shape", shape_, "of a sample, as [8, 4, 4]; one size can be -1: what is left")
        .at_least(-1)
        .items(1, 8)
        .required();
  }

  Shape build(const std::vector<Shape>& inputs, Builder&) override {
    const Shape& x = only_input(inputs);
    Shape shape = shape_;
    std::int64_t known = 1;
    std::int64_t* open = nullptr;
    for (std::int64_t& size : shape) {
      if (size == -1) {
        if (open) throw Error("shape has more than one -1; at most one size can be left open");
        open = &size;
      } else {
        if (size == 0 || size > elements(x) / known) complain(x);
        known *= size;
      }
    }
    if (open) *open = elements(x) / known;
    if (elements(shape) != elements(x)) complain(x);
    return shape;
  }

  void forward(const ForwardBlock& f) const override { copy_values(f.x[0], f.y); }
  void backward(const BackwardBlock& f) const override {
    if (f.dx[0]) copy_values(f.dy, f.dx[0]);
  }

 private:
  [[noreturn]] void complain(const Shape& x) const {
    throw Error("cannot give samples of shape " + to_string(x) + " (" +
                std::to_string(elements(x)) + " values) the shape " + to_string(shape_) +
                "; the numbers of values have to be equal");
  }
  Shape shape_;
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("reshape", pipeline::layers::Reshape);
