#include "pipeline/nn/up_conv2d.h"

#include <algorithm>
#include <cassert>

#include "conv_pack.h"

namespace pipeline::nn {
namespace {

/// Up to so many output channels share too little of what is loaded for phase after phase: one
/// channel takes 120 µs a batch that way and 95 with all phases at once.
constexpr int kFewChannels = 3;

int ceil_divide(int a, int b) { return (a + b - 1) / b; }

/// Every factor-th row of y from (row, column) on, as wide as every factor-th column is: a kernel
/// has to step so over the columns itself.
kernels::View every(const Block& y, int factor, int row, int column) {
  kernels::View v = view(y);
  v.data += std::size_t(row) * v.row_stride + std::size_t(column) * kLanes;
  v.row_stride *= std::size_t(factor);
  v.height = ceil_divide(y.height - row, factor);
  v.width = ceil_divide(y.width - column, factor);
  return v;
}

}  // namespace

UpConv2dOp::UpConv2dOp(const Conv2dSizes& sizes, int factor) : sizes_(sizes), factor_(factor) {
  assert(sizes.stride == 1 && factor >= 1);
  packed_.resize(std::size_t(factor) * factor);
  const Phase row = phase(0, sizes.rows, 3), column = phase(0, sizes.columns, 3);
  few_channels_ = factor == 2 && sizes.kernel_height == 3 && sizes.kernel_width == 3 &&
                  sizes.out_channels <= kFewChannels && row.offset == column.offset &&
                  (sizes.rows.before + sizes.rows.after) % 2 == 0 &&
                  (sizes.columns.before + sizes.columns.after) % 2 == 0;
  if (few_channels_) packed_few_.resize(std::size_t(sizes.out_channels) * sizes.in_channels * 16);
}

int UpConv2dOp::input_halo() const { return ceil_divide(sizes_.input_halo(), factor_); }

UpConv2dOp::Phase UpConv2dOp::phase(int output, const Padding& padding, int kernel) const {
  const int start = output - padding.before;  // of the window, in the enlarged image
  const int first = start >= 0 ? start / factor_ : -ceil_divide(-start, factor_);
  const int offset = start - first * factor_;
  return {first, (offset + kernel - 1) / factor_ + 1, offset};
}

void UpConv2dOp::pack(const float* kernel, bool for_backward) {
  const Conv2dSizes& s = sizes_;
  const int height = s.kernel_height, width = s.kernel_width;
  for (int a = 0; a < factor_; ++a)
    for (int b = 0; b < factor_; ++b) {
      const Phase rows = phase(a, s.rows, height), columns = phase(b, s.columns, width);
      const int taps = rows.taps * columns.taps;
      const std::vector<float> folded = fold(kernel, taps, [&](int k, int l, auto add_to) {
        add_to((rows.offset + k) / factor_ * columns.taps + (columns.offset + l) / factor_);
      });
      if (few_channels_)
        for (int pair = 0; pair < s.out_channels * s.in_channels; ++pair)
          std::copy_n(folded.begin() + pair * 4, 4,
                      packed_few_.begin() + pair * 16 + (a * 2 + b) * 4);
      else
        packed_[std::size_t(a * factor_ + b)] =
            conv_pack(s.out_channels, s.in_channels, taps, [&](int o, int i, int t) {
              return folded[(std::size_t(o) * s.in_channels + i) * taps + t];
            });
    }
  if (!for_backward) return;
  // dx[j] is the sum of the gradients of the `factor` enlarged values p that x[j] became, each of
  // which is a sum of dy over the kernel's taps k: dy[factor·j + p + before - k].
  const int wide_width = wide(width), taps = wide(height) * wide_width;
  const std::vector<float> folded = fold(kernel, taps, [&](int k, int l, auto add_to) {
    for (int p = 0; p < factor_; ++p)
      for (int q = 0; q < factor_; ++q)
        add_to((p - k + height - 1) * wide_width + q - l + width - 1);
  });
  packed_backward_ = conv_pack(s.in_channels, s.out_channels, taps, [&](int i, int o, int t) {
    return folded[(std::size_t(o) * s.in_channels + i) * taps + t];
  });
}

/// [out][in][tap]: sums of the kernel's taps; places(k, l, add_to) names those that tap (k, l) is
/// part of.
template <class Places>
std::vector<float> UpConv2dOp::fold(const float* kernel, int taps, Places places) const {
  const Conv2dSizes& s = sizes_;
  std::vector<float> folded(std::size_t(s.out_channels) * s.in_channels * taps);
  float* sums = folded.data();
  for (int channels = 0; channels < s.out_channels * s.in_channels; ++channels, sums += taps)
    for (int k = 0; k < s.kernel_height; ++k)
      for (int l = 0; l < s.kernel_width; ++l, ++kernel)
        places(k, l, [&](int tap) { sums[tap] += *kernel; });
  return folded;
}

void UpConv2dOp::forward(const ConstBlock& x, const float* bias, Activation activation,
                         const Block& y) const {
  const bool relu = activation == Activation::relu;
  if (few_channels_) forward_few(x, bias, relu, y);
  else forward_phases(x, bias, relu, y);
  if (!relu) activate(activation, y, y);
}

void UpConv2dOp::forward_few(const ConstBlock& x, const float* bias, bool relu,
                             const Block& y) const {
  const Phase rows = phase(0, sizes_.rows, 3), columns = phase(0, sizes_.columns, 3);
  kernels::table().conv_up({.in = from_tap(view(x), -rows.first, -columns.first),
                            .out = view(y),
                            .weights = packed_few_.data(),
                            .bias = bias,
                            .shift = rows.offset,
                            .relu = relu});
}

void UpConv2dOp::forward_phases(const ConstBlock& x, const float* bias, bool relu,
                                const Block& y) const {
  const Conv2dSizes& s = sizes_;
  for (int a = 0; a < factor_; ++a)
    for (int b = 0; b < factor_; ++b) {
      const Phase rows = phase(a, s.rows, s.kernel_height);
      const Phase columns = phase(b, s.columns, s.kernel_width);
      kernels::table().conv({.in = from_tap(view(x), -rows.first, -columns.first),
                             .out = every(y, factor_, a, b),
                             .weights = packed_[std::size_t(a * factor_ + b)].data(),
                             .bias = bias,
                             .kernel_height = rows.taps,
                             .kernel_width = columns.taps,
                             .stride = 1,
                             .out_step = factor_,
                             .relu = relu});
    }
}

void UpConv2dOp::backward_data(const ConstBlock& dy, const Block& dx,
                               const ConstBlock& x_after_relu) const {
  const Conv2dSizes& s = sizes_;
  kernels::table().conv({.in = from_tap(view(dy), s.kernel_height - 1 - s.rows.before,
                                        s.kernel_width - 1 - s.columns.before),
                         .out = view(dx),
                         .weights = packed_backward_.data(),
                         .bias = nullptr,
                         .kernel_height = wide(s.kernel_height),
                         .kernel_width = wide(s.kernel_width),
                         .stride = factor_,
                         .positive = x_after_relu ? view(x_after_relu) : kernels::ConstView{}});
}

void UpConv2dOp::backward_weights(const ConstBlock& x, const ConstBlock& dy, float* kernel,
                                  float* bias) const {
  const Conv2dSizes& s = sizes_;
  const int height = s.kernel_height, width = s.kernel_width;
  const int wide_height = wide(height), wide_width = wide(width);
  // Of the transposed convolution's taps, [in][out][…]; the kernel's are sums of them.
  std::vector<float> taps(std::size_t(s.in_channels) * s.out_channels * wide_height * wide_width);
  kernels::table().conv_weights(
      {from_tap(view(dy), height - 1 - s.rows.before, width - 1 - s.columns.before), view(x),
       taps.data(), wide_height, wide_width, factor_});
  for (int o = 0; o < s.out_channels; ++o)
    for (int i = 0; i < s.in_channels; ++i) {
      const float* from =
          taps.data() + (std::size_t(i) * s.out_channels + o) * wide_height * wide_width;
      for (int k = 0; k < height; ++k)
        for (int l = 0; l < width; ++l) {
          float sum = 0;
          for (int p = 0; p < factor_; ++p)
            for (int q = 0; q < factor_; ++q)
              sum += from[(p - k + height - 1) * wide_width + q - l + width - 1];
          *kernel++ += sum;
        }
    }
  if (bias) kernels::table().channel_sums(view(dy), bias);
}

}  // namespace pipeline::nn
