#pragma once
// Convolutions on blocks of 16 samples. Every output is one chain of fused multiply-adds over
// (input channel, kernel row, kernel column), so that tiles may differ between instruction sets and
// the bits do not.

namespace pipeline::nn::kernels {
namespace {

/// One tile of `Channels`×`Columns` outputs in row y from column x on; `w` is the group's weights
/// [in][kernel row][kernel column][Channels]. Width is the kernel's, 0 where known at run time
/// only.
template <int Channels, int Columns, int Width>
PIPELINE_INLINE void conv_tile(const Conv& c, const float* w, const float* bias, float* out, int y,
                               int x) {
  V sums[Channels][Columns];
  for (int o = 0; o < Channels; ++o)
    for (int t = 0; t < Columns; ++t) sums[o][t] = all(bias ? bias[o] : 0.0f);
  const int width = Width ? Width : c.kernel_width;
  for (int i = 0; i < c.in.channels; ++i)
    for (int k = 0; k < c.kernel_height; ++k, w += width * Channels) {
      const float* in = c.in.data + std::size_t(i) * c.in.channel_stride +
                        std::size_t(y + k) * c.in.row_stride + std::size_t(x) * 16;
#pragma GCC unroll 3
      for (int l = 0; l < width; ++l) {
        V values[Columns];
#pragma GCC unroll 8
        for (int t = 0; t < Columns; ++t) values[t] = load(in + (l + t) * 16);
#pragma GCC unroll 8
        for (int o = 0; o < Channels; ++o) {
          V weight = all(w[l * Channels + o]);
#pragma GCC unroll 8
          for (int t = 0; t < Columns; ++t) sums[o][t] = fma(weight, values[t], sums[o][t]);
        }
      }
    }
#pragma GCC unroll 8
  for (int o = 0; o < Channels; ++o)
#pragma GCC unroll 8
    for (int t = 0; t < Columns; ++t) {
      V v = sums[o][t];
      if (c.relu) v = max(all(0.0f), v);
      store(out + std::size_t(o) * c.out.channel_stride + std::size_t(t) * 16, v);
    }
}

template <int Channels, int Width>
void conv_group(const Conv& c, const float* w, int first) {
  constexpr int kColumns = conv_columns(Channels);
  const float* bias = c.bias ? c.bias + first : nullptr;
  for (int y = 0; y < c.out.height; ++y) {
    float* out =
        c.out.data + std::size_t(first) * c.out.channel_stride + std::size_t(y) * c.out.row_stride;
    int x = 0;
    for (; x + kColumns <= c.out.width; x += kColumns)
      conv_tile<Channels, kColumns, Width>(c, w, bias, out + std::size_t(x) * 16, y, x);
    if constexpr (kColumns > 4)
      for (; x + 4 <= c.out.width; x += 4)
        conv_tile<Channels, 4, Width>(c, w, bias, out + std::size_t(x) * 16, y, x);
    for (; x < c.out.width; ++x)
      conv_tile<Channels, 1, Width>(c, w, bias, out + std::size_t(x) * 16, y, x);
  }
}

/// All groups of `Channels` output channels that are left from `first` on, then smaller ones.
template <int Channels, int Width>
void conv_groups(const Conv& c, const float* w, int first) {
  const std::size_t taps = std::size_t(c.in.channels) * c.kernel_height * c.kernel_width;
  for (; first + Channels <= c.out.channels; first += Channels, w += taps * Channels)
    conv_group<Channels, Width>(c, w, first);
  if constexpr (Channels > 1)
    if (first < c.out.channels) conv_groups<Channels / 2, Width>(c, w, first);
}

void conv(const Conv& c) {
  if (c.kernel_width == 3) conv_groups<kConvGroup, 3>(c, c.weights, 0);
  else conv_groups<kConvGroup, 0>(c, c.weights, 0);
}

/// The same sums for any stride, one output at a time; weights packed alike.
void conv_strided(const Conv& c) {
  const std::size_t taps = std::size_t(c.in.channels) * c.kernel_height * c.kernel_width;
  const float* group_weights = c.weights;
  int group = kConvGroup;
  for (int first = 0; first < c.out.channels; first += group) {
    while (first + group > c.out.channels) group /= 2;
    for (int o = 0; o < group; ++o)
      for (int y = 0; y < c.out.height; ++y)
        for (int x = 0; x < c.out.width; ++x) {
          const float* w = group_weights + o;
          V s = all(c.bias ? c.bias[first + o] : 0.0f);
          for (int i = 0; i < c.in.channels; ++i)
            for (int k = 0; k < c.kernel_height; ++k) {
              const float* in = c.in.data + std::size_t(i) * c.in.channel_stride +
                                std::size_t(y * c.stride + k) * c.in.row_stride +
                                std::size_t(x * c.stride) * 16;
              for (int l = 0; l < c.kernel_width; ++l, w += group)
                s = fma(all(*w), load(in + l * 16), s);
            }
          if (c.relu) s = max(all(0.0f), s);
          store(c.out.data + std::size_t(first + o) * c.out.channel_stride +
                    std::size_t(y) * c.out.row_stride + std::size_t(x) * 16,
                s);
        }
    group_weights += taps * group;
  }
}

/// Sums over the image for `Outputs`×`Inputs` pairs of channels and `Columns` neighbouring kernel
/// columns, in registers while the image runs by.
template <int Outputs, int Inputs, int Columns>
PIPELINE_INLINE void weights_tile(const ConvWeights& c, int o, int i, int k, int l) {
  V sums[Outputs][Inputs][Columns];
  for (int q = 0; q < Outputs; ++q)
    for (int p = 0; p < Inputs; ++p)
      for (int t = 0; t < Columns; ++t) sums[q][p][t] = all(0.0f);
  for (int y = 0; y < c.dy.height; ++y) {
    const float* in[Inputs];
    const float* dy[Outputs];
    for (int p = 0; p < Inputs; ++p)
      in[p] = c.in.data + std::size_t(i + p) * c.in.channel_stride +
              std::size_t(y + k) * c.in.row_stride + std::size_t(l) * 16;
    for (int q = 0; q < Outputs; ++q)
      dy[q] =
          c.dy.data + std::size_t(o + q) * c.dy.channel_stride + std::size_t(y) * c.dy.row_stride;
    V window[Inputs][Columns];
    for (int p = 0; p < Inputs; ++p)
      for (int t = 0; t + 1 < Columns; ++t) window[p][t] = load(in[p] + t * 16);
    for (int x = 0; x < c.dy.width; ++x) {
#pragma GCC unroll 4
      for (int p = 0; p < Inputs; ++p)
        window[p][Columns - 1] = load(in[p] + std::size_t(x + Columns - 1) * 16);
#pragma GCC unroll 8
      for (int q = 0; q < Outputs; ++q) {
        V d = load(dy[q] + std::size_t(x) * 16);
#pragma GCC unroll 4
        for (int p = 0; p < Inputs; ++p)
#pragma GCC unroll 3
          for (int t = 0; t < Columns; ++t) sums[q][p][t] = fma(d, window[p][t], sums[q][p][t]);
      }
#pragma GCC unroll 4
      for (int p = 0; p < Inputs; ++p)
#pragma GCC unroll 3
        for (int t = 0; t + 1 < Columns; ++t) window[p][t] = window[p][t + 1];
    }
  }
  for (int q = 0; q < Outputs; ++q)
    for (int p = 0; p < Inputs; ++p)
      for (int t = 0; t < Columns; ++t)
        c.weights[((std::size_t(o + q) * c.in.channels + i + p) * c.kernel_height + k) *
                      c.kernel_width +
                  l + t] += sum(sums[q][p][t]);
}

template <int Outputs, int Inputs>
void weights_channels(const ConvWeights& c, int o, int i) {
  for (int k = 0; k < c.kernel_height; ++k) {
    int l = 0;
    for (; l + 3 <= c.kernel_width; l += 3) weights_tile<Outputs, Inputs, 3>(c, o, i, k, l);
    for (; l < c.kernel_width; ++l) weights_tile<Outputs, Inputs, 1>(c, o, i, k, l);
  }
}

void conv_weights_strided(const ConvWeights& c) {
  float* w = c.weights;
  for (int o = 0; o < c.dy.channels; ++o)
    for (int i = 0; i < c.in.channels; ++i)
      for (int k = 0; k < c.kernel_height; ++k)
        for (int l = 0; l < c.kernel_width; ++l) {
          V s = all(0.0f);
          for (int y = 0; y < c.dy.height; ++y)
            for (int x = 0; x < c.dy.width; ++x)
              s = fma(load(c.dy.data + std::size_t(o) * c.dy.channel_stride +
                           std::size_t(y) * c.dy.row_stride + std::size_t(x) * 16),
                      load(c.in.data + std::size_t(i) * c.in.channel_stride +
                           std::size_t(y * c.stride + k) * c.in.row_stride +
                           std::size_t(x * c.stride + l) * 16),
                      s);
          *w++ += sum(s);
        }
}

void conv_weights(const ConvWeights& c) {
  if (c.stride != 1) return conv_weights_strided(c);
  int o = 0;
  for (; o + kConvOutputs <= c.dy.channels; o += kConvOutputs)
    for (int i = 0; i < c.in.channels; ++i) weights_channels<kConvOutputs, 1>(c, o, i);
  for (; o < c.dy.channels; ++o) {
    int i = 0;
    for (; i + kConvInputs <= c.in.channels; i += kConvInputs)
      weights_channels<1, kConvInputs>(c, o, i);
    for (; i < c.in.channels; ++i) weights_channels<1, 1>(c, o, i);
  }
}

void conv_scatter(const ConvScatter& c) {
  const float* w = c.weights;
  for (int o = 0; o < c.dy.channels; ++o)
    for (int i = 0; i < c.dx.channels; ++i)
      for (int k = 0; k < c.kernel_height; ++k)
        for (int l = 0; l < c.kernel_width; ++l) {
          V weight = all(*w++);
          for (int y = 0; y < c.dy.height; ++y) {
            const int row = y * c.stride + k;  // counted from the first tap
            if (row < c.before_y || row >= c.before_y + c.dx.height) continue;
            for (int x = 0; x < c.dy.width; ++x) {
              const int column = x * c.stride + l;
              if (column < c.before_x || column >= c.before_x + c.dx.width) continue;
              float* to = c.dx.data + std::size_t(i) * c.dx.channel_stride +
                          std::size_t(row) * c.dx.row_stride + std::size_t(column) * 16;
              store(to, fma(weight,
                            load(c.dy.data + std::size_t(o) * c.dy.channel_stride +
                                 std::size_t(y) * c.dy.row_stride + std::size_t(x) * 16),
                            load(to)));
            }
          }
        }
}

/// Four sums side by side, by column modulo 4: one would wait for each addition.
void channel_sums(const ConstView& x, float* sums) {
  for (int c = 0; c < x.channels; ++c) {
    V s[4] = {all(0.0f), all(0.0f), all(0.0f), all(0.0f)};
    for (int y = 0; y < x.height; ++y) {
      const float* row = x.data + std::size_t(c) * x.channel_stride + std::size_t(y) * x.row_stride;
      int q = 0;
      for (; q + 4 <= x.width; q += 4)
        for (int t = 0; t < 4; ++t) s[t] = s[t] + load(row + std::size_t(q + t) * 16);
      for (int t = 0; q < x.width; ++q, ++t) s[t] = s[t] + load(row + std::size_t(q) * 16);
    }
    sums[c] += sum((s[0] + s[1]) + (s[2] + s[3]));
  }
}

}  // namespace
}  // namespace pipeline::nn::kernels
