#include "conv2d.h"

#include "one_input.h"
#include "pipeline/plugin.h"
#include "up_conv2d.h"

namespace pipeline::nn {

void Conv2d::declare(Declaration& d) {
  d.summary("Two-dimensional convolution of images channels×height×width.");
  d.param("filters", filters_, "channels that come out").at_least(1).at_most(65536).required();
  d.param("kernel", kernel_size_, "rows and columns of the kernel: 3 or [3, 5]").required();
  d.param("stride", stride_, "step of the window in rows and columns").range(1, 1024);
  d.param("padding", padding_, "valid: only whole windows; same: zeros around")
      .choices({"valid", "same"});
  d.param("activation", activation_, "what the sums go through");
  d.param("use_bias", use_bias_, "adds a bias to each filter");
}

Shape Conv2d::build(const std::vector<Shape>& inputs, Builder& builder) {
  const Shape& x = image_input(inputs);
  const int height = int(x[1]), width = int(x[2]);
  sizes_ = {int(x[0]), int(filters_), kernel_size_.rows, kernel_size_.columns, stride_, {}, {}};
  if (padding_ == "same") {
    sizes_.rows = Padding::same(height, kernel_size_.rows, stride_);
    sizes_.columns = Padding::same(width, kernel_size_.columns, stride_);
  }
  const int out_height = sizes_.rows.windows(height, kernel_size_.rows, stride_);
  const int out_width = sizes_.columns.windows(width, kernel_size_.columns, stride_);
  if (out_height < 1 || out_width < 1)
    throw Error("a kernel of " + std::to_string(kernel_size_.rows) + "×" +
                std::to_string(kernel_size_.columns) + " does not fit into an image of " +
                std::to_string(height) + "×" + std::to_string(width) +
                "; use padding: same, or a smaller kernel");
  const double area = double(kernel_size_.rows) * kernel_size_.columns;
  builder.weight("kernel", kernel_, {filters_, x[0], kernel_size_.rows, kernel_size_.columns},
                 Initializer::glorot_uniform(area * double(x[0]), area * double(filters_)));
  if (use_bias_) builder.weight("bias", bias_, {filters_}, Initializer::zeros());
  builder.input_halo(sizes_.input_halo());
  builder.gradient_halo(sizes_.gradient_halo());
  op_ = Conv2dOp(sizes_);
  return {filters_, out_height, out_width};
}

void Conv2d::forward(const ForwardBlock& f) const {
  op_.forward(f.x[0], bias_.data(), activation_, f.y);
}

void Conv2d::backward(const BackwardBlock& f) const {
  if (!f.before_activation) activate_backward(activation_, f.y, f.dy, f.dy);
  backward_through(op_, *this, f, f.dy);
}

Fused Conv2d::fuse(const Layer& before, const Shape&) {
  const auto* up = dynamic_cast<const UpSampling2d*>(&before);
  if (!up || up->size().rows != up->size().columns || sizes_.stride != 1) return {};
  return UpConv2d::fused(*this, up->size().rows);
}

}  // namespace pipeline::nn

PIPELINE_COMPONENT("conv2d", pipeline::nn::Conv2d);
