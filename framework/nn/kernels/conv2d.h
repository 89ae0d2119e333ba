#pragma once
// Convolutions on blocks of 16 samples. Every output is one chain of fused multiply-adds over
// (input channel, kernel row, kernel column), so that tiles may differ between instruction sets and
// the bits do not.
//
// Shares of a Zen 4 core's peak (117.9 GFLOP/s) at the lecture's networks, 128 samples, layer by
// layer as in tests/benchmark/kernel_roofline.cpp, with AVX-512: forward decoder_1 to 3 0.95 0.88
// 0.88 (AVX2 0.88 0.81 0.79); gradients by the data encoder_2 and 3 0.88 0.92, decoder_1 to 4 0.93
// 0.96 0.96 0.65, the last of one channel.

namespace pipeline::nn::kernels {
namespace {

/// The sums of Channels×Rows×Columns outputs from row y and column x on; `w` are the weights of the
/// first of the channels, [in][kernel row][kernel column][Group]. Width and Stride are the
/// kernel's, 0 where known at run time only, as a dilation is there.
template <int Group, int Width, int Stride, int Channels, int Rows, int Columns>
PIPELINE_INLINE void conv_sums(const Conv& c, const float* w, const float* bias, int y, int x,
                               V (&sums)[Channels][Rows][Columns]) {
  const int width = Width ? Width : c.kernel_width;
  const int stride = Stride ? Stride : c.stride;
  const int dilation = Stride ? 1 : c.dilation;
#pragma GCC unroll 8
  for (int o = 0; o < Channels; ++o)
#pragma GCC unroll 2
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 8
      for (int t = 0; t < Columns; ++t) sums[o][r][t] = all(bias ? bias[o] : 0.0f);
  const float* image =
      c.in.data + std::size_t(y * stride) * c.in.row_stride + std::size_t(x * stride) * 16;
  for (int i = 0; i < c.in.channels; ++i, image += c.in.channel_stride) {
    const float* in = image;
    for (int k = 0; k < c.kernel_height;
         ++k, in += std::size_t(dilation) * c.in.row_stride, w += width * Group) {
#pragma GCC unroll 4
      for (int l = 0; l < width; ++l) {
        V values[Rows][Columns];
#pragma GCC unroll 2
        for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 8
          for (int t = 0; t < Columns; ++t)
            values[r][t] = load(in + std::size_t(r * stride) * c.in.row_stride +
                                (l * dilation + t * stride) * 16);
#pragma GCC unroll 8
        for (int o = 0; o < Channels; ++o) {
          V weight = all(w[l * Group + o]);
#pragma GCC unroll 2
          for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 8
            for (int t = 0; t < Columns; ++t)
              sums[o][r][t] = fma(weight, values[r][t], sums[o][r][t]);
        }
      }
    }
  }
}

/// Writes results of one channel to row y from column x on.
template <int Columns>
PIPELINE_INLINE void conv_store(const Conv& c, const V (&sums)[Columns], int channel, int y,
                                int x) {
  const std::size_t column = std::size_t(x) * c.out_step * 16;
  float* out = at(c.out, channel, y, column);
  const float* positive = c.positive.data ? at(c.positive, channel, y, column) : nullptr;
#pragma GCC unroll 8
  for (int t = 0; t < Columns; ++t) {
    V v = sums[t];
    if (c.relu) v = max(all(0.0f), v);
    if (positive) v = keep(load(positive + t * c.out_step * 16) > all(0.0f), v);
    store(out + t * c.out_step * 16, v);
  }
}

/// One tile of a row of `Channels` output channels from `first` on.
template <int Channels, int Columns, int Width, int Stride>
PIPELINE_INLINE void conv_tile(const Conv& c, const float* w, int first, int y, int x) {
  V sums[Channels][1][Columns];
  conv_sums<Channels, Width, Stride>(c, w, c.bias ? c.bias + first : nullptr, y, x, sums);
#pragma GCC unroll 8
  for (int o = 0; o < Channels; ++o) conv_store(c, sums[o][0], first + o, y, x);
}

/// One tile of a single output channel, kernel Size×Size of stride 1. No second channel shares the
/// values that are loaded, so each goes into all the sums that it is part of; they meet it in the
/// same order as elsewhere.
template <int Rows, int Columns, int Size>
PIPELINE_INLINE void conv_single_tile(const Conv& c, const float* w, int channel, int y, int x) {
  V sums[Rows][Columns];
#pragma GCC unroll 2
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 8
    for (int t = 0; t < Columns; ++t) sums[r][t] = all(c.bias ? c.bias[channel] : 0.0f);
  const float* in = c.in.data + std::size_t(y) * c.in.row_stride + std::size_t(x) * 16;
  for (int i = 0; i < c.in.channels; ++i, in += c.in.channel_stride, w += Size * Size) {
#pragma GCC unroll 4
    for (int r = 0; r < Rows + Size - 1; ++r)
#pragma GCC unroll 10
      for (int q = 0; q < Columns + Size - 1; ++q) {
        V v = load(in + std::size_t(r) * c.in.row_stride + q * 16);
#pragma GCC unroll 3
        for (int k = 0; k < Size; ++k)
#pragma GCC unroll 3
          for (int l = 0; l < Size; ++l)
            if (r - k >= 0 && r - k < Rows && q - l >= 0 && q - l < Columns)
              sums[r - k][q - l] = fma(all(w[k * Size + l]), v, sums[r - k][q - l]);
      }
  }
#pragma GCC unroll 2
  for (int r = 0; r < Rows; ++r) conv_store(c, sums[r], channel, y + r, x);
}

template <int Channels>
struct GroupSize {
  static constexpr int value = Channels;
};
/// Calls body(first channel, its group's weights, GroupSize) for all groups of output channels:
/// whole groups of `Group`, then of half as many, and so on, as conv_pack() has them.
template <int Group, class Body>
PIPELINE_INLINE void each_group(const Conv& c, const float* w, int first, Body body) {
  const std::size_t taps = std::size_t(c.in.channels) * c.kernel_height * c.kernel_width;
  for (; first + Group <= c.out.channels; first += Group, w += taps * Group)
    body(first, w, GroupSize<Group>());
  if constexpr (Group > 1)
    if (first < c.out.channels) each_group<Group / 2>(c, w, first, body);
}

template <int Channels, int Width, int Stride>
void conv_row(const Conv& c, const float* w, int first, int y, int x) {
  constexpr int kColumns = conv_columns(Channels);
  for (; x + kColumns <= c.out.width; x += kColumns)
    conv_tile<Channels, kColumns, Width, Stride>(c, w, first, y, x);
  if constexpr (kColumns > 4)
    for (; x + 4 <= c.out.width; x += 4) conv_tile<Channels, 4, Width, Stride>(c, w, first, y, x);
  if constexpr (kColumns > 2)
    for (; x + 2 <= c.out.width; x += 2) conv_tile<Channels, 2, Width, Stride>(c, w, first, y, x);
  for (; x < c.out.width; ++x) conv_tile<Channels, 1, Width, Stride>(c, w, first, y, x);
}

template <int Channels, int Width, int Stride>
void conv_rows(const Conv& c, const float* w, int first) {
  int y = 0;
  if constexpr (Channels == 1 && Stride == 1 && (Width == 2 || Width == 3))
    if (c.kernel_height == Width)
      for (; y + kSingleRows <= c.out.height; y += kSingleRows) {
        int x = 0;
        for (; x + kSingleColumns <= c.out.width; x += kSingleColumns)
          conv_single_tile<kSingleRows, kSingleColumns, Width>(c, w, first, y, x);
        for (int r = 0; r < kSingleRows; ++r)
          conv_row<Channels, Width, Stride>(c, w, first, y + r, x);
      }
  for (; y < c.out.height; ++y) conv_row<Channels, Width, Stride>(c, w, first, y, 0);
}

template <int Width, int Stride>
void conv_of(const Conv& c) {
  each_group<kConvGroup>(
      c, c.weights, 0, [&](int first, const float* w, auto group) __attribute__((always_inline)) {
        conv_rows<decltype(group)::value, Width, Stride>(c, w, first);
      });
}

void conv(const Conv& c) {
  if (c.dilation > 1) conv_of<0, 0>(c);
  else if (c.stride == 1 && c.kernel_width == 3) conv_of<3, 1>(c);
  else if (c.stride == 1 && c.kernel_width == 2) conv_of<2, 1>(c);
  else if (c.stride == 2 && c.kernel_width == 4) conv_of<4, 2>(c);
  else conv_of<0, 0>(c);
}

/// 13 GFLOP/s on a Zen 4 core, both builds, for 3×3 of stride 2; no network of the lecture's needs
/// it.
void conv_scatter(const ConvScatter& c) {
  const float* w = c.weights;
  for (int o = 0; o < c.dy.channels; ++o)
    for (int i = 0; i < c.dx.channels; ++i)
      for (int k = 0; k < c.kernel_height; ++k)
        for (int l = 0; l < c.kernel_width; ++l) {
          V weight = all(*w++);
          for (int y = 0; y < c.dy.height; ++y) {
            const int row = y * c.stride + k * c.dilation;  // counted from the first tap
            if (row < c.before_y || row >= c.before_y + c.dx.height) continue;
            for (int x = 0; x < c.dy.width; ++x) {
              const int column = x * c.stride + l * c.dilation;
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
