#include "pipeline/nn/conv2d.h"

#include <algorithm>
#include <cassert>

#include "conv_pack.h"

namespace pipeline::nn {

Padding Padding::same(int size, int window, int stride) {
  const int windows = (size + stride - 1) / stride;
  const int total = std::max(0, (windows - 1) * stride + window - size);
  return {total / 2, total - total / 2};
}

int Padding::windows(int size, int window, int stride) const {
  const int room = size + before + after - window;
  return room < 0 ? 0 : room / stride + 1;
}

int Conv2dSizes::input_halo() const {
  return std::max({rows.before, rows.after, columns.before, columns.after});
}

int Conv2dSizes::gradient_halo() const {
  if (stride > 1) return 0;
  return std::max({window_height() - 1 - rows.before, window_height() - 1 - rows.after,
                   window_width() - 1 - columns.before, window_width() - 1 - columns.after, 0});
}

Conv2dOp::Conv2dOp(const Conv2dSizes& sizes) : sizes_(sizes) {}

void Conv2dOp::pack(const float* kernel, bool for_backward) {
  const Conv2dSizes& s = sizes_;
  const int taps = s.kernel_height * s.kernel_width;
  packed_ = conv_pack(s.out_channels, s.in_channels, taps, [&](int o, int i, int k) {
    return kernel[(std::size_t(o) * s.in_channels + i) * taps + k];
  });
  if (!for_backward) return;
  if (s.stride > 1) {
    packed_backward_.assign(kernel, kernel + s.weights());
    return;
  }
  // The gradient by x is a convolution of dy with the kernel turned round and its channels swapped.
  packed_backward_ = conv_pack(s.in_channels, s.out_channels, taps, [&](int i, int o, int k) {
    return kernel[(std::size_t(o) * s.in_channels + i) * taps + taps - 1 - k];
  });
}

kernels::Conv Conv2dOp::forward_to(const ConstBlock& x, const float* bias, bool relu,
                                   const Block& y) const {
  const Conv2dSizes& s = sizes_;
  return {.in = from_tap(view(x), s.rows.before, s.columns.before),
          .out = view(y),
          .weights = packed_.data(),
          .bias = bias,
          .kernel_height = s.kernel_height,
          .kernel_width = s.kernel_width,
          .stride = s.stride,
          .dilation = s.dilation,
          .relu = relu};
}

void Conv2dOp::forward(const ConstBlock& x, const float* bias, Activation activation,
                       const Block& y) const {
  const bool relu = activation == Activation::relu;
  kernels::table().conv(forward_to(x, bias, relu, y));
  if (!relu) activate(activation, y, y);
}

void Conv2dOp::forward_pooled(const ConstBlock& x, const float* bias, int rows, int columns,
                              const Block& y, std::uint16_t* winners) const {
  assert(sizes_.stride == 1 && y.height == (rows + 1) / 2 && y.width == (columns + 1) / 2);
  kernels::table().conv_pool(
      {.conv = forward_to(x, bias, true, y), .rows = rows, .columns = columns, .winners = winners});
}

void Conv2dOp::backward_data(const ConstBlock& dy, const Block& dx,
                             const ConstBlock& x_after_relu) const {
  const Conv2dSizes& s = sizes_;
  const kernels::Table& table = kernels::table();
  if (s.stride == 1) {
    const int rows = s.window_height() - 1 - s.rows.before;
    const int columns = s.window_width() - 1 - s.columns.before;
    table.conv({.in = from_tap(view(dy), rows, columns),
                .out = view(dx),
                .weights = packed_backward_.data(),
                .bias = nullptr,
                .kernel_height = s.kernel_height,
                .kernel_width = s.kernel_width,
                .stride = 1,
                .dilation = s.dilation,
                .positive = x_after_relu ? view(x_after_relu) : kernels::ConstView{}});
    return;
  }
  map(dx, [] { return 0.0f; });
  kernels::View to = view(dx);
  to.data -= std::ptrdiff_t(s.rows.before) * std::ptrdiff_t(to.row_stride) +
             std::ptrdiff_t(s.columns.before) * kLanes;
  table.conv_scatter({view(dy), to, packed_backward_.data(), s.kernel_height, s.kernel_width,
                      s.stride, s.dilation, s.rows.before, s.columns.before});
  if (x_after_relu) activate_backward(Activation::relu, x_after_relu, dx, dx);
}

void Conv2dOp::backward_weights(const ConstBlock& x, const ConstBlock& dy, float* kernel,
                                float* bias) const {
  const Conv2dSizes& s = sizes_;
  const kernels::Table& table = kernels::table();
  table.conv_weights({from_tap(view(x), s.rows.before, s.columns.before), view(dy), kernel,
                      s.kernel_height, s.kernel_width, s.stride, s.dilation});
  if (bias) table.channel_sums(view(dy), bias);
}

void unpool(const ConstBlock& dy, const std::uint16_t* winners, const Block& full) {
  kernels::table().unpool({view(dy), view(full), winners});
}

}  // namespace pipeline::nn
