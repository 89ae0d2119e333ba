#include "conv2d.h"

#include "one_input.h"
#include "pipeline/plugin.h"
#include "up_conv2d.h"

namespace pipeline::layers {

using namespace nn;

void Conv2d::declare(Declaration& d) {
  d.summary("Two-dimensional convolution of images channels×height×width.");
  params_.declare(d, "step of the window in rows and columns",
                  "valid: only whole windows; same: zeros around");
  d.param("dilation", dilation_, "step from one of the kernel's taps to the next").range(1, 1024);
}

Shape Conv2d::build(const std::vector<Shape>& inputs, Builder& builder) {
  const Shape& x = image_input(inputs);
  const int height = int(x[1]), width = int(x[2]);
  const auto& [rows, columns] = params_.kernel_size;
  const int stride = params_.stride;
  sizes_ = {int(x[0]), int(params_.filters), rows, columns, stride, {}, {}, dilation_};
  const int window_height = sizes_.window_height(), window_width = sizes_.window_width();
  if (params_.padding == "same") {
    sizes_.rows = Padding::same(height, window_height, stride);
    sizes_.columns = Padding::same(width, window_width, stride);
  }
  const int out_height = sizes_.rows.windows(height, window_height, stride);
  const int out_width = sizes_.columns.windows(width, window_width, stride);
  if (out_height < 1 || out_width < 1)
    throw Error("a kernel of " + std::to_string(window_height) + "×" +
                std::to_string(window_width) + (dilation_ > 1 ? " (with its dilation)" : "") +
                " does not fit into an image of " + std::to_string(height) + "×" +
                std::to_string(width) + "; use padding: same, or a smaller kernel");
  params_.add_weights(params_.filters, x[0], x[0], params_.filters, builder, kernel_, bias_);
  builder.input_halo(sizes_.input_halo());
  builder.gradient_halo(sizes_.gradient_halo());
  op_ = Conv2dOp(sizes_);
  const Shape y{params_.filters, out_height, out_width};
  params_.ending.build(y, builder);
  return y;
}

void Conv2d::forward(const ForwardBlock& f) const {
  const bool relu = params_.ending.function == Activation::relu;
  op_.forward(f.x[0], bias_.data(), relu ? Activation::relu : Activation::linear, f.y);
  if (!relu) params_.ending.forward(f.y, f.kept);
}

void Conv2d::backward(const BackwardBlock& f) const {
  params_.ending.backward(f.y, f.dy, f.kept, f.before_activation);
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
