#include <optional>

#include "conv_pool2d.h"
#include "one_input.h"
#include "pair.h"
#include "pipeline/nn/pool.h"
#include "pipeline/plugin.h"

namespace pipeline::nn {

/// The largest value of each window; the gradient goes to the first value that is the largest.
/// Samples {channels, height, width}. Padding "same" lets windows hang over the border (what is
/// beyond does not count) and gives ceil(size / stride).
class MaxPool2d : public Layer {
 public:
  void declare(Declaration& d) override {
    d.summary("Largest value of each window of an image.");
    d.param("size", size_, "rows and columns of the window: 2 or [2, 3]");
    d.param("stride", stride_, "step of the window; the window's size if not given");
    d.param("padding", padding_, "valid: only whole windows; same: also windows over the border")
        .choices({"valid", "same"});
  }

  Shape build(const std::vector<Shape>& inputs, Builder&) override {
    const Shape& x = image_input(inputs);
    const int height = int(x[1]), width = int(x[2]);
    const Pair stride = stride_.value_or(size_);
    sizes_ = {size_.rows, size_.columns, stride.rows, stride.columns, {}, {}};
    if (padding_ == "same") {
      sizes_.rows = Padding::same(height, size_.rows, stride.rows);
      sizes_.columns = Padding::same(width, size_.columns, stride.columns);
    }
    const int out_height = sizes_.rows.windows(height, size_.rows, stride.rows);
    const int out_width = sizes_.columns.windows(width, size_.columns, stride.columns);
    if (out_height < 1 || out_width < 1)
      throw Error("a window of " + std::to_string(size_.rows) + "×" +
                  std::to_string(size_.columns) + " does not fit into an image of " +
                  std::to_string(height) + "×" + std::to_string(width) +
                  "; use padding: same, or a smaller size");
    return {x[0], out_height, out_width};
  }

  void forward(const ForwardBlock& f) const override { max_pool_forward(sizes_, f.x[0], f.y); }
  void backward(const BackwardBlock& f) const override {
    if (f.dx[0]) max_pool_backward(sizes_, f.x[0], f.y, f.dy, f.dx[0]);
  }

  Fused fuse(const Layer& before, const Shape& between) override {
    const auto* conv = dynamic_cast<const Conv2d*>(&before);
    const bool halves = sizes_.height == 2 && sizes_.width == 2 && sizes_.stride_y == 2 &&
                        sizes_.stride_x == 2 && sizes_.rows.before == 0 &&
                        sizes_.columns.before == 0;
    // With padding 'valid' a last odd row or column is left out; then the two stay apart.
    const bool covers = padding_ == "same" || (between[1] % 2 == 0 && between[2] % 2 == 0);
    if (!conv || !halves || !covers || conv->sizes().stride != 1 ||
        conv->activation() != Activation::relu)
      return {};
    return ConvPool2d::fused(*conv, between);
  }
  std::string class_name() const override { return "MaxPooling2D"; }

 private:
  Pair size_{2, 2};
  std::optional<Pair> stride_;
  std::string padding_ = "valid";
  PoolSizes sizes_;
};

}  // namespace pipeline::nn

PIPELINE_COMPONENT("max_pool2d", pipeline::nn::MaxPool2d);
