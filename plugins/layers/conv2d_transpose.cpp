#include <vector>

#include "conv_params.h"
#include "one_input.h"
#include "pipeline/nn/conv2d.h"
#include "pipeline/nn/normalise.h"
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
    params_.declare(d, "times that rows and columns become more",
                    "valid: all that the kernel reaches; same: size·stride");
  }

  Shape build(const std::vector<Shape>& inputs, Builder& builder) override {
    const Shape& x = image_input(inputs);
    const auto& [rows, columns] = params_.kernel_size;
    const int stride = params_.stride, height = enlarged(x[1], rows);
    const int width = enlarged(x[2], columns);
    // Of the convolution whose way back this is: from our output to our input.
    Conv2dSizes sizes{int(params_.filters), int(x[0]), rows, columns, stride, {}, {}};
    if (params_.padding == "same") {
      sizes.rows = Padding::same(height, rows, stride);
      sizes.columns = Padding::same(width, columns, stride);
    }
    params_.add_weights(x[0], params_.filters, params_.filters, x[0], builder, kernel_, bias_);
    builder.input_halo(sizes.gradient_halo());
    builder.gradient_halo(sizes.input_halo());
    op_ = Conv2dOp(sizes);
    const Shape y{params_.filters, height, width};
    params_.ending.build(y, builder);
    return y;
  }

  void prepare(const Pass&) override { op_.pack(kernel_.data(), true); }

  void forward(const ForwardBlock& f) const override {
    op_.backward_data(f.x[0], f.y);
    for (int c = 0; params_.use_bias && c < f.y.channels; ++c)
      for (int r = 0; r < f.y.height; ++r)
        for (int i = 0; i < f.y.width * kLanes; ++i) f.y.row(c, r)[i] += bias_.data()[c];
    params_.ending.forward(f.y, f.kept);
  }

  void backward(const BackwardBlock& f) const override {
    params_.ending.backward(f.y, f.dy, f.kept, f.before_activation);
    op_.backward_weights(f.dy, f.x[0], f.gradient(kernel_), nullptr);
    if (params_.use_bias) {
      std::vector<double> sums(std::size_t(f.dy.channels) * kLanes);
      channel_totals(f.dy, sums.data());
      for (std::size_t i = 0; i < sums.size(); ++i) f.gradient(bias_)[i / kLanes] += float(sums[i]);
    }
    if (f.dx[0]) op_.forward(f.dy, nullptr, Activation::linear, f.dx[0]);
  }

  Activation activation() const override { return params_.ending.activation(); }
  std::string class_name() const override { return "Conv2DTranspose"; }

 private:
  int enlarged(std::int64_t size, int kernel) const {
    const std::int64_t more = params_.padding == "valid" ? std::max(kernel - params_.stride, 0) : 0;
    const std::int64_t grown = size * params_.stride + more;
    if (grown > 1 << 20)
      throw Error("an image of " + std::to_string(size) + " rows or columns would grow to " +
                  std::to_string(grown) + "; use a smaller stride");
    return int(grown);
  }

  ConvParams params_;
  Conv2dOp op_;
  Weight kernel_, bias_;
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("conv2d_transpose", pipeline::layers::Conv2dTranspose);
