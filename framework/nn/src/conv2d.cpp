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
  if (stride > 1)
    return dilation > 1 ? 0 : (std::max(kernel_height, kernel_width) + stride - 2) / stride;
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
  if (s.stride > 1 && s.dilation > 1) {
    packed_backward_.assign(kernel, kernel + s.weights());
    return;
  }
  if (s.stride > 1) return pack_phases(kernel);
  // The gradient by x is a convolution of dy with the kernel turned round and its channels swapped.
  packed_backward_ = conv_pack(s.in_channels, s.out_channels, taps, [&](int i, int o, int k) {
    return kernel[(std::size_t(o) * s.in_channels + i) * taps + taps - 1 - k];
  });
}

namespace {

/// Of the values on an axis those that are a multiple of the stride from each other, and the taps
/// that meet them in the gradient by x: with p + before = stride·y + offset, the taps k = offset +
/// stride·j for dy[y - j].
struct Phase {
  int first;  ///< the first p
  int count;  ///< of p
  int taps;   ///< of j
  int start;  ///< the first p's y
};
Phase phase_of(int offset, int stride, int before, int kernel, int size) {
  const int first = ((offset - before) % stride + stride) % stride;
  return {first, first < size ? (size - first + stride - 1) / stride : 0,
          offset < kernel ? (kernel - offset + stride - 1) / stride : 0, (first + before) / stride};
}

template <class View>
View every(View v, int stride, const Phase& rows, const Phase& columns) {
  v.data += std::size_t(rows.first) * v.row_stride + std::size_t(columns.first * kLanes);
  v.row_stride *= std::size_t(stride);
  v.height = rows.count;
  v.width = columns.count;
  return v;
}

}  // namespace

/// A convolution of dy for each of the stride·stride phases of x, one behind the other.
void Conv2dOp::pack_phases(const float* kernel) {
  const Conv2dSizes& s = sizes_;
  packed_backward_.clear();
  for (int a = 0; a < s.stride; ++a)
    for (int b = 0; b < s.stride; ++b) {
      const int rows = phase_of(a, s.stride, 0, s.kernel_height, 1).taps;
      const int columns = phase_of(b, s.stride, 0, s.kernel_width, 1).taps;
      const std::vector<float> packed =
          conv_pack(s.in_channels, s.out_channels, rows * columns, [&](int i, int o, int t) {
            const int k = a + s.stride * (rows - 1 - t / columns);
            const int l = b + s.stride * (columns - 1 - t % columns);
            return kernel[((std::size_t(o) * s.in_channels + i) * s.kernel_height + k) *
                              s.kernel_width +
                          l];
          });
      packed_backward_.insert(packed_backward_.end(), packed.begin(), packed.end());
    }
}

void Conv2dOp::backward_phases(const ConstBlock& dy, const Block& dx,
                               const ConstBlock& x_after_relu) const {
  const Conv2dSizes& s = sizes_;
  // Values that no tap meets.
  if (s.kernel_height < s.stride || s.kernel_width < s.stride) map(dx, [] { return 0.0f; });
  const float* weights = packed_backward_.data();
  for (int a = 0; a < s.stride; ++a)
    for (int b = 0; b < s.stride; ++b) {
      const Phase rows = phase_of(a, s.stride, s.rows.before, s.kernel_height, dx.height);
      const Phase columns = phase_of(b, s.stride, s.columns.before, s.kernel_width, dx.width);
      if (rows.taps == 0 || columns.taps == 0) continue;
      if (rows.count > 0 && columns.count > 0)
        kernels::table().conv(
            {.in = from_tap(view(dy), rows.taps - 1 - rows.start, columns.taps - 1 - columns.start),
             .out = every(view(dx), s.stride, rows, columns),
             .weights = weights,
             .bias = nullptr,
             .kernel_height = rows.taps,
             .kernel_width = columns.taps,
             .stride = 1,
             .out_step = s.stride,
             .positive = x_after_relu ? every(view(x_after_relu), s.stride, rows, columns)
                                      : kernels::ConstView{}});
      weights += std::size_t(s.in_channels) * s.out_channels * rows.taps * columns.taps;
    }
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
  if (s.dilation == 1) return backward_phases(dy, dx, x_after_relu);
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
