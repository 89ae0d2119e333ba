#include "pipeline/plugin.h"
#include "windows.h"

namespace pipeline::layers {

using namespace nn;

/// The mean of each window. Samples {channels, height, width}. Padding "same" lets windows hang
/// over the border and takes the mean of what lies inside, as Keras does; PyTorch counts zeros
/// beyond unless it is given count_include_pad=False.
class AveragePool2d : public Layer {
 public:
  void declare(Declaration& d) override {
    d.summary("Mean of each window of an image.");
    windows_.declare(d);
  }
  Shape build(const std::vector<Shape>& inputs, Builder&) override {
    const auto [sizes, y] = windows_.of(image_input(inputs));
    sizes_ = sizes;
    return y;
  }
  void forward(const ForwardBlock& f) const override { average_pool_forward(sizes_, f.x[0], f.y); }
  void backward(const BackwardBlock& f) const override {
    if (f.dx[0]) average_pool_backward(sizes_, f.dy, f.dx[0]);
  }
  std::string class_name() const override { return "AveragePooling2D"; }

 private:
  Windows windows_;
  PoolSizes sizes_;
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("average_pool2d", pipeline::layers::AveragePool2d);
