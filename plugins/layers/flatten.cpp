#include "one_input.h"
#include "pipeline/plugin.h"
#include "reorder.h"

namespace pipeline::layers {

using namespace nn;

/// All values of a sample in one row, in C order: {channels, height, width} to
/// {channels·height·width}.
class Flatten : public Layer {
 public:
  void declare(Declaration& d) override { d.summary("Makes samples of rank 1, in C order."); }
  Shape build(const std::vector<Shape>& inputs, Builder&) override {
    return {elements(only_input(inputs))};
  }
  void forward(const ForwardBlock& f) const override { copy_values(f.x[0], f.y); }
  void backward(const BackwardBlock& f) const override {
    if (f.dx[0]) copy_values(f.dy, f.dx[0]);
  }
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("flatten", pipeline::layers::Flatten);
