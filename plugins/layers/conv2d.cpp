#include "conv2d.h"

#include "one_input.h"
#include "pipeline/plugin.h"
#include "up_conv2d.h"

namespace pipeline::layers {

using namespace nn;

void Conv2d::declare(Declaration& d) {
  d.summary("Two-dimensional convolution of images channels×height×width.");
  d.param("filters", filters_, "channels that come out").at_least(1).at_most(65536).required();
  d.param("kernel", kernel_size_, "rows and columns of the kernel: 3 or [3, 5]").required();
  d.param("stride", stride_, "step of the window in rows and columns").range(1, 1024);
  d.param("padding", padding_, "valid: only whole windows; same: zeros around")
      .choices({"valid", "same"});
  d.param("dilation", dilation_, "step from one of the kernel's taps to the next").range(1, 1024);
  ending_.declare(d);
  d.param("use_bias", use_bias_, "adds a bias to each filter");
  kernel_params_.declare(d, "kernel");
  bias_params_.declare(d, "bias");
}

Shape Conv2d::build(const std::vector<Shape>& inputs, Builder& builder) {
  const Shape& x = image_input(inputs);
  const int height = int(x[1]), width = int(x[2]);
  sizes_ = {int(x[0]), int(filters_), kernel_size_.rows, kernel_size_.columns, stride_, {},
            {},        dilation_};
  const int window_height = sizes_.window_height(), window_width = sizes_.window_width();
  if (padding_ == "same") {
    sizes_.rows = Padding::same(height, window_height, stride_);
    sizes_.columns = Padding::same(width, window_width, stride_);
  }
  const int out_height = sizes_.rows.windows(height, window_height, stride_);
  const int out_width = sizes_.columns.windows(width, window_width, stride_);
  if (out_height < 1 || out_width < 1)
    throw Error("a kernel of " + std::to_string(window_height) + "×" +
                std::to_string(window_width) + (dilation_ > 1 ? " (with its dilation)" : "") +
                " does not fit into an image of " + std::to_string(height) + "×" +
                std::to_string(width) + "; use padding: same, or a smaller kernel");
  const double area = double(kernel_size_.rows) * kernel_size_.columns;
  builder.weight("kernel", kernel_, {filters_, x[0], kernel_size_.rows, kernel_size_.columns},
                 kernel_params_.initializer.of(area * double(x[0]), area * double(filters_)),
                 kernel_params_.rules);
  if (use_bias_)
    builder.weight("bias", bias_, {filters_},
                   bias_params_.initializer.of(double(filters_), double(filters_)),
                   bias_params_.rules);
  builder.input_halo(sizes_.input_halo());
  builder.gradient_halo(sizes_.gradient_halo());
  op_ = Conv2dOp(sizes_);
  const Shape y{filters_, out_height, out_width};
  ending_.build(y, builder);
  return y;
}

void Conv2d::forward(const ForwardBlock& f) const {
  const bool relu = ending_.function == Activation::relu;
  op_.forward(f.x[0], bias_.data(), relu ? Activation::relu : Activation::linear, f.y);
  if (!relu) ending_.forward(f.y, f.kept);
}

void Conv2d::backward(const BackwardBlock& f) const {
  ending_.backward(f.y, f.dy, f.kept, f.before_activation);
  backward_through(op_, *this, f, f.dy);
}

Fused Conv2d::fuse(const Layer& before, const Shape&) {
  if (before.id() != "up_sampling2d" || sizes_.stride != 1 || sizes_.dilation != 1 || keeps_input())
    return {};
  const Pair size = static_cast<const UpSampling2d&>(before).size();
  return size.rows == size.columns ? UpConv2d::fused(*this, size.rows) : Fused{};
}

}  // namespace pipeline::layers

PIPELINE_COMPONENT("conv2d", pipeline::layers::Conv2d);
