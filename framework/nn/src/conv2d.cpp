#include "pipeline/nn/conv2d.h"

#include <algorithm>

#include "views.h"

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
  return std::max({kernel_height - 1 - rows.before, kernel_height - 1 - rows.after,
                   kernel_width - 1 - columns.before, kernel_width - 1 - columns.after, 0});
}

namespace {

/// Groups of output channels side by side, as the kernels want them: whole groups of
/// conv_group, then of half as many, and so on; each group is [in][row][column][channel].
template <class WeightAt>
void pack_groups(int outputs, int inputs, int taps, std::vector<float>& packed, WeightAt weight) {
  packed.resize(std::size_t(outputs) * inputs * taps);
  float* to = packed.data();
  int group = kernels::table().conv_group;
  for (int first = 0; first < outputs; first += group) {
    while (first + group > outputs) group /= 2;
    for (int i = 0; i < inputs; ++i)
      for (int k = 0; k < taps; ++k)
        for (int o = 0; o < group; ++o) *to++ = weight(first + o, i, k);
  }
}

/// The place of the first tap of the window of output (0, 0).
kernels::ConstView from_tap(kernels::ConstView v, int before_rows, int before_columns) {
  v.data -= std::ptrdiff_t(before_rows) * std::ptrdiff_t(v.row_stride) +
            std::ptrdiff_t(before_columns) * kLanes;
  return v;
}

}  // namespace

Conv2dOp::Conv2dOp(const Conv2dSizes& sizes) : sizes_(sizes) {}

void Conv2dOp::pack(const float* kernel, bool for_backward) {
  const Conv2dSizes& s = sizes_;
  const int taps = s.kernel_height * s.kernel_width;
  pack_groups(s.out_channels, s.in_channels, taps, packed_, [&](int o, int i, int k) {
    return kernel[(std::size_t(o) * s.in_channels + i) * taps + k];
  });
  if (!for_backward) return;
  if (s.stride > 1) {
    packed_backward_.assign(kernel, kernel + s.weights());
    return;
  }
  // The gradient by x is a convolution of dy with the kernel turned round and its channels swapped.
  pack_groups(s.in_channels, s.out_channels, taps, packed_backward_, [&](int i, int o, int k) {
    return kernel[(std::size_t(o) * s.in_channels + i) * taps + taps - 1 - k];
  });
}

void Conv2dOp::forward(const ConstBlock& x, const float* bias, Activation activation,
                       const Block& y) const {
  const Conv2dSizes& s = sizes_;
  kernels::Conv conv{from_tap(view(x), s.rows.before, s.columns.before),
                     view(y),
                     packed_.data(),
                     bias,
                     s.kernel_height,
                     s.kernel_width,
                     s.stride,
                     activation == Activation::relu};
  const kernels::Table& table = kernels::table();
  (s.stride == 1 ? table.conv : table.conv_strided)(conv);
  if (activation != Activation::relu) activate(activation, y, y);
}

void Conv2dOp::backward_data(const ConstBlock& dy, const Block& dx) const {
  const Conv2dSizes& s = sizes_;
  const kernels::Table& table = kernels::table();
  if (s.stride == 1) {
    const int rows = s.kernel_height - 1 - s.rows.before;
    const int columns = s.kernel_width - 1 - s.columns.before;
    table.conv({from_tap(view(dy), rows, columns), view(dx), packed_backward_.data(), nullptr,
                s.kernel_height, s.kernel_width, 1, false});
    return;
  }
  map(dx, [] { return 0.0f; });
  kernels::View to = view(dx);
  to.data -= std::ptrdiff_t(s.rows.before) * std::ptrdiff_t(to.row_stride) +
             std::ptrdiff_t(s.columns.before) * kLanes;
  table.conv_scatter({view(dy), to, packed_backward_.data(), s.kernel_height, s.kernel_width,
                      s.stride, s.rows.before, s.columns.before});
}

void Conv2dOp::backward_weights(const ConstBlock& x, const ConstBlock& dy, float* kernel,
                                float* bias) const {
  const Conv2dSizes& s = sizes_;
  const kernels::Table& table = kernels::table();
  table.conv_weights({from_tap(view(x), s.rows.before, s.columns.before), view(dy), kernel,
                      s.kernel_height, s.kernel_width, s.stride});
  if (bias) table.channel_sums(view(dy), bias);
}

}  // namespace pipeline::nn
