#include <vector>

#include "ending.h"
#include "one_input.h"
#include "pair.h"
#include "pipeline/nn/conv2d.h"
#include "pipeline/nn/normalise.h"
#include "pipeline/nn/weight_params.h"
#include "pipeline/plugin.h"

namespace pipeline::layers {

using namespace nn;

/// The way back of a convolution as a layer, which enlarges images by its stride:
///   y[o][r·stride + k - before][…] += kernel[i][o][k][l] · x[i][r][q]
/// then bias and activation (Zeiler et al., 2010; "deconvolution"). Samples {channels, height,
/// width} to {filters, height', width'}: height·stride with padding "same", and max(kernel -
/// stride, 0) more with "valid", as Keras has it. Weights kernel {channels, filters, rows, columns}
/// as PyTorch's (Keras' has its axes in the order rows, columns, filters, channels), bias
/// {filters}.
class Conv2dTranspose : public Layer {
 public:
  void declare(Declaration& d) override {
    d.summary("Transposed two-dimensional convolution, which enlarges images.");
    d.param("filters", filters_, "channels that come out").at_least(1).at_most(65536).required();
    d.param("kernel", kernel_size_, "rows and columns of the kernel: 3 or [3, 5]").required();
    d.param("stride", stride_, "times that rows and columns become more").range(1, 1024);
    d.param("padding", padding_, "valid: all that the kernel reaches; same: size·stride")
        .choices({"valid", "same"});
    ending_.declare(d);
    d.param("use_bias", use_bias_, "adds a bias to each filter");
    kernel_params_.declare(d, "kernel");
    bias_params_.declare(d, "bias");
  }

  Shape build(const std::vector<Shape>& inputs, Builder& builder) override {
    const Shape& x = image_input(inputs);
    const int height = enlarged(x[1], kernel_size_.rows);
    const int width = enlarged(x[2], kernel_size_.columns);
    // Of the convolution whose way back this is: from our output to our input.
    Conv2dSizes sizes{
        int(filters_), int(x[0]), kernel_size_.rows, kernel_size_.columns, stride_, {}, {}};
    if (padding_ == "same") {
      sizes.rows = Padding::same(height, kernel_size_.rows, stride_);
      sizes.columns = Padding::same(width, kernel_size_.columns, stride_);
    }
    const double area = double(kernel_size_.rows) * kernel_size_.columns;
    builder.weight("kernel", kernel_, {x[0], filters_, kernel_size_.rows, kernel_size_.columns},
                   kernel_params_.initializer.of(area * double(filters_), area * double(x[0])),
                   kernel_params_.rules);
    if (use_bias_)
      builder.weight("bias", bias_, {filters_},
                     bias_params_.initializer.of(double(filters_), double(filters_)),
                     bias_params_.rules);
    builder.input_halo(sizes.gradient_halo());
    builder.gradient_halo(sizes.input_halo());
    op_ = Conv2dOp(sizes);
    const Shape y{filters_, height, width};
    ending_.build(y, builder);
    return y;
  }

  void prepare(const Pass&) override { op_.pack(kernel_.data(), true); }

  void forward(const ForwardBlock& f) const override {
    op_.backward_data(f.x[0], f.y);
    for (int c = 0; use_bias_ && c < f.y.channels; ++c)
      for (int r = 0; r < f.y.height; ++r)
        for (int i = 0; i < f.y.width * kLanes; ++i) f.y.row(c, r)[i] += bias_.data()[c];
    ending_.forward(f.y, f.kept);
  }

  void backward(const BackwardBlock& f) const override {
    ending_.backward(f.y, f.dy, f.kept, f.before_activation);
    op_.backward_weights(f.dy, f.x[0], f.gradient(kernel_), nullptr);
    if (use_bias_) {
      std::vector<double> sums(std::size_t(f.dy.channels) * kLanes);
      channel_totals(f.dy, sums.data());
      for (std::size_t i = 0; i < sums.size(); ++i) f.gradient(bias_)[i / kLanes] += float(sums[i]);
    }
    if (f.dx[0]) op_.forward(f.dy, nullptr, Activation::linear, f.dx[0]);
  }

  Activation activation() const override { return ending_.activation(); }
  std::string class_name() const override { return "Conv2DTranspose"; }

 private:
  int enlarged(std::int64_t size, int kernel) const {
    const std::int64_t more = padding_ == "valid" ? std::max(kernel - stride_, 0) : 0;
    if (size * stride_ + more > 1 << 20)
      throw Error("an image of " + std::to_string(size) + " rows or columns would grow to " +
                  std::to_string(size * stride_ + more) + "; use a smaller stride");
    return int(size * stride_ + more);
  }

  std::int64_t filters_ = 1;
  Pair kernel_size_;
  int stride_ = 1;
  std::string padding_ = "valid";
  Ending ending_;
  bool use_bias_ = true;
  WeightParams kernel_params_, bias_params_{.initializer = {"zeros", {}}};
  Conv2dOp op_;
  Weight kernel_, bias_;
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("conv2d_transpose", pipeline::layers::Conv2dTranspose);
