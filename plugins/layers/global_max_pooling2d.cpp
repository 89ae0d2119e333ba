#include "one_input.h"
#include "pipeline/nn/pool.h"
#include "pipeline/plugin.h"

namespace pipeline::layers {

using namespace nn;

/// The largest value of each channel. Samples {channels, height, width} to {channels}.
class GlobalMaxPooling2d : public Layer {
 public:
  void declare(Declaration& d) override { d.summary("Largest value of each channel of an image."); }
  Shape build(const std::vector<Shape>& inputs, Builder&) override {
    const Shape& x = image_input(inputs);
    sizes_ = {int(x[1]), int(x[2]), int(x[1]), int(x[2]), {}, {}};
    return {x[0]};
  }
  void forward(const ForwardBlock& f) const override { max_pool_forward(sizes_, f.x[0], f.y); }
  void backward(const BackwardBlock& f) const override {
    if (f.dx[0]) max_pool_backward(sizes_, f.x[0], f.y, f.dy, f.dx[0]);
  }
  std::string class_name() const override { return "GlobalMaxPooling2D"; }

 private:
  PoolSizes sizes_;
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("global_max_pooling2d", pipeline::layers::GlobalMaxPooling2d);
