#include "conv_pool2d.h"
#include "pipeline/plugin.h"
#include "windows.h"

namespace pipeline::layers {

using namespace nn;

/// The largest value of each window; the gradient goes to the first value that is the largest.
/// A NaN counts as the largest, as in Keras and PyTorch.
/// Samples {channels, height, width}. Padding "same" lets windows hang over the border (what is
/// beyond does not count) and gives ceil(size / stride).
class MaxPool2d : public Layer {
 public:
  void declare(Declaration& d) override {
    d.summary("Largest value of each window of an image.");
    windows_.declare(d);
  }

  Shape build(const std::vector<Shape>& inputs, Builder&) override {
    const auto [sizes, y] = windows_.of(image_input(inputs));
    sizes_ = sizes;
    return y;
  }

  void forward(const ForwardBlock& f) const override { max_pool_forward(sizes_, f.x[0], f.y); }
  void backward(const BackwardBlock& f) const override {
    if (f.dx[0]) max_pool_backward(sizes_, f.x[0], f.y, f.dy, f.dx[0]);
  }

  Fused fuse(const Layer& before, const Shape& between) override {
    const auto* conv = before.id() == "conv2d" ? static_cast<const Conv2d*>(&before) : nullptr;
    const bool halves = sizes_.height == 2 && sizes_.width == 2 && sizes_.stride_y == 2 &&
                        sizes_.stride_x == 2 && sizes_.rows.before == 0 &&
                        sizes_.columns.before == 0;
    // With padding 'valid' a last odd row or column is left out; then the two stay apart.
    const bool covers = windows_.padding == "same" || (between[1] % 2 == 0 && between[2] % 2 == 0);
    if (!conv || !halves || !covers || conv->sizes().stride != 1 || conv->sizes().dilation != 1 ||
        conv->activation() != Activation::relu)
      return {};
    return ConvPool2d::fused(*conv, between);
  }
  std::string class_name() const override { return "MaxPooling2D"; }

 private:
  Windows windows_;
  PoolSizes sizes_;
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("max_pool2d", pipeline::layers::MaxPool2d);
