#pragma once
// Convolutions on blocks of 16 samples. Every output is one chain of fused multiply-adds over
// (input channel, kernel row, kernel column), so that tiles may differ between instruction sets and
// the bits do not.

namespace pipeline::nn::kernels {
namespace {

/// The sums of Channels×Rows×Columns outputs from row y and column x on; `w` are the weights of the
/// first of the channels, [in][kernel row][kernel column][Group]. Width and Stride are the
/// kernel's, 0 where known at run time only.
template <int Group, int Width, int Stride, int Channels, int Rows, int Columns>
PIPELINE_INLINE void conv_sums(const Conv& c, const float* w, const float* bias, int y, int x,
                               V (&sums)[Channels][Rows][Columns]) {
  const int width = Width ? Width : c.kernel_width;
  const int stride = Stride ? Stride : c.stride;
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
    for (int k = 0; k < c.kernel_height; ++k, in += c.in.row_stride, w += width * Group) {
#pragma GCC unroll 4
      for (int l = 0; l < width; ++l) {
        V values[Rows][Columns];
#pragma GCC unroll 2
        for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 8
          for (int t = 0; t < Columns; ++t)
            values[r][t] =
                load(in + std::size_t(r * stride) * c.in.row_stride + (l + t * stride) * 16);
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

/// Calls body(first channel, its group's weights, group's size as a type) for all groups of output
/// channels: whole groups of `Group`, then of half as many, and so on, as conv_pack() has them.
template <int N>
struct Size {
  static constexpr int value = N;
};
template <int Group, class Body>
PIPELINE_INLINE void each_group(const Conv& c, const float* w, int first, Body body) {
  const std::size_t taps = std::size_t(c.in.channels) * c.kernel_height * c.kernel_width;
  for (; first + Group <= c.out.channels; first += Group, w += taps * Group)
    body(first, w, Size<Group>());
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
  if (c.stride == 1 && c.kernel_width == 3) conv_of<3, 1>(c);
  else if (c.stride == 1 && c.kernel_width == 2) conv_of<2, 1>(c);
  else if (c.stride == 2 && c.kernel_width == 4) conv_of<4, 2>(c);
  else conv_of<0, 0>(c);
}

/// All four phases of `Columns` places in a row: each value of the small image is loaded once, for
/// up to 16 products. With phase after phase through conv() the image, which the first cache does
/// not hold, came four times from the second: 120 µs a
/// batch of the decoders' last layer, now 95.
template <int Columns, int Shift>
PIPELINE_INLINE void conv_up_tile(const ConvUp& c, const float* w, int channel, int y, int x) {
  V sums[2][2][Columns];
#pragma GCC unroll 4
  for (int phase = 0; phase < 4; ++phase)
#pragma GCC unroll 4
    for (int t = 0; t < Columns; ++t)
      sums[phase / 2][phase % 2][t] = all(c.bias ? c.bias[channel] : 0.0f);
  const float* in = at(c.in, 0, y, std::size_t(x) * 16);
  for (int i = 0; i < c.in.channels; ++i, in += c.in.channel_stride, w += 16) {
#pragma GCC unroll 3
    for (int r = 0; r < 2 + Shift; ++r)
#pragma GCC unroll 6
      for (int q = 0; q < Columns + 1 + Shift; ++q) {
        V v = load(in + std::size_t(r) * c.in.row_stride + q * 16);
#pragma GCC unroll 16
        for (int tap = 0; tap < 16; ++tap) {
          const int a = tap / 8, b = tap / 4 % 2, k = tap / 2 % 2, l = tap % 2;
          const int t = q - b * Shift - l;
          if (r - a * Shift == k && t >= 0 && t < Columns)
            sums[a][b][t] = fma(all(w[tap]), v, sums[a][b][t]);
        }
      }
  }
#pragma GCC unroll 2
  for (int a = 0; a < 2; ++a)
#pragma GCC unroll 2
    for (int b = 0; b < 2; ++b)
#pragma GCC unroll 4
      for (int t = 0; t < Columns; ++t)
        store(at(c.out, channel, 2 * y + a, std::size_t(2 * (x + t) + b) * 16),
              c.relu ? max(all(0.0f), sums[a][b][t]) : sums[a][b][t]);
}

template <int Shift>
void conv_up_of(const ConvUp& c) {
  for (int o = 0; o < c.out.channels; ++o) {
    const float* w = c.weights + std::size_t(o) * c.in.channels * 16;
    for (int y = 0; 2 * y < c.out.height; ++y) {
      int x = 0;
      for (; 2 * (x + kUpColumns) <= c.out.width; x += kUpColumns)
        conv_up_tile<kUpColumns, Shift>(c, w, o, y, x);
      for (; 2 * x < c.out.width; ++x) conv_up_tile<1, Shift>(c, w, o, y, x);
    }
  }
}

void conv_up(const ConvUp& c) {
  if (c.shift) conv_up_of<1>(c);
  else conv_up_of<0>(c);
}

/// One window of Rows×Columns results (2×2, less at the border) of `Channels` channels.
template <int Group, int Width, int Channels, int Rows, int Columns>
PIPELINE_INLINE void conv_pool_tile(const ConvPool& p, const float* w, int first, int y, int x) {
  const Conv& c = p.conv;
  V sums[Channels][Rows][Columns];
  conv_sums<Group, Width, 1>(c, w, c.bias ? c.bias + first : nullptr, 2 * y, 2 * x, sums);
#pragma GCC unroll 8
  for (int o = 0; o < Channels; ++o) {
    // Of equal values the first wins: a later one has to be larger.
    const V* s = &sums[o][0][0];
    const bool wide = Columns == 2, high = Rows == 2;
    M right = wide ? s[1] > s[0] : no_lane();
    V top = wide ? max(s[1], s[0]) : s[0];
    M low_right = wide && high ? s[3] > s[2] : no_lane();
    V low = !high ? top : wide ? max(s[3], s[2]) : s[Columns];
    M is_low = high ? low > top : no_lane();
    V best = max(all(0.0f), high ? max(low, top) : top);
    const std::size_t at = (std::size_t(first + o) * c.out.height + y) * c.out.width + x;
    p.winners[at * 4] = lanes(right);
    p.winners[at * 4 + 1] = lanes(low_right);
    p.winners[at * 4 + 2] = lanes(is_low);
    p.winners[at * 4 + 3] = lanes(best > all(0.0f));
    store(c.out.data + std::size_t(first + o) * c.out.channel_stride +
              std::size_t(y) * c.out.row_stride + std::size_t(x) * 16,
          best);
  }
}

template <int Group, int Width, int Rows>
void conv_pool_row(const ConvPool& p, const float* w, int first, int y) {
  constexpr int kChannels = Group < kPoolChannels ? Group : kPoolChannels;
  for (int o = 0; o < Group; o += kChannels) {
    int x = 0;
    for (; 2 * x + 2 <= p.columns; ++x)
      conv_pool_tile<Group, Width, kChannels, Rows, 2>(p, w + o, first + o, y, x);
    if (2 * x < p.columns)
      conv_pool_tile<Group, Width, kChannels, Rows, 1>(p, w + o, first + o, y, x);
  }
}

template <int Width>
void conv_pool_of(const ConvPool& p) {
  each_group<kConvGroup>(
      p.conv, p.conv.weights,
      0, [&](int first, const float* w, auto group) __attribute__((always_inline)) {
        constexpr int kGroup = decltype(group)::value;
        int y = 0;
        for (; 2 * y + 2 <= p.rows; ++y) conv_pool_row<kGroup, Width, 2>(p, w, first, y);
        if (2 * y < p.rows) conv_pool_row<kGroup, Width, 1>(p, w, first, y);
      });
}

void conv_pool(const ConvPool& p) {
  if (p.conv.kernel_width == 3) conv_pool_of<3>(p);
  else conv_pool_of<0>(p);
}

void unpool(const Unpool& u) {
  const std::uint16_t* winners = u.winners;
  for (int c = 0; c < u.dy.channels; ++c)
    for (int y = 0; y < u.dy.height; ++y)
      for (int x = 0; x < u.dy.width; ++x, winners += 4) {
        V d = keep(of_lanes(winners[3]), load(at(u.dy, c, y, std::size_t(x) * 16)));
        M is_low = of_lanes(winners[2]);
        V low = keep(is_low, d), top = select(is_low, all(0.0f), d);
        const V rows[2] = {top, low};
        for (int r = 0; r < 2 && 2 * y + r < u.out.height; ++r) {
          float* out = at(u.out, c, 2 * y + r, std::size_t(2 * x) * 16);
          M right = of_lanes(winners[r]);
          store(out, select(right, all(0.0f), rows[r]));
          if (2 * x + 1 < u.out.width) store(out + 16, keep(right, rows[r]));
        }
      }
}

/// The sums over the image for Outputs×Inputs pairs of channels and Rows×Columns neighbouring taps,
/// in registers while the image runs by. Stride 0: known at run time only.
template <int Stride, int Outputs, int Inputs, int Rows, int Columns>
PIPELINE_INLINE void weights_tile(const ConvWeights& c, int o, int i, int k, int l) {
  const int stride = Stride ? Stride : c.stride;
  V sums[Outputs][Inputs][Rows][Columns];
#pragma GCC unroll 8
  for (int q = 0; q < Outputs; ++q)
#pragma GCC unroll 4
    for (int p = 0; p < Inputs; ++p)
#pragma GCC unroll 4
      for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
        for (int t = 0; t < Columns; ++t) sums[q][p][r][t] = all(0.0f);
  for (int y = 0; y < c.dy.height; ++y) {
    const float* in = c.in.data + std::size_t(i) * c.in.channel_stride +
                      std::size_t(y * stride + k) * c.in.row_stride + std::size_t(l) * 16;
    const float* dy =
        c.dy.data + std::size_t(o) * c.dy.channel_stride + std::size_t(y) * c.dy.row_stride;
    for (int x = 0; x < c.dy.width; ++x, in += stride * 16, dy += 16) {
      V d[Outputs];
#pragma GCC unroll 8
      for (int q = 0; q < Outputs; ++q) d[q] = load(dy + std::size_t(q) * c.dy.channel_stride);
#pragma GCC unroll 4
      for (int p = 0; p < Inputs; ++p)
#pragma GCC unroll 4
        for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
          for (int t = 0; t < Columns; ++t) {
            V v = load(in + std::size_t(p) * c.in.channel_stride +
                       std::size_t(r) * c.in.row_stride + t * 16);
#pragma GCC unroll 8
            for (int q = 0; q < Outputs; ++q) sums[q][p][r][t] = fma(d[q], v, sums[q][p][r][t]);
          }
    }
  }
#pragma GCC unroll 8
  for (int q = 0; q < Outputs; ++q)
#pragma GCC unroll 4
    for (int p = 0; p < Inputs; ++p)
#pragma GCC unroll 4
      for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
        for (int t = 0; t < Columns; ++t)
          c.weights[((std::size_t(o + q) * c.in.channels + i + p) * c.kernel_height + k + r) *
                        c.kernel_width +
                    l + t] += sum(sums[q][p][r][t]);
}

/// All taps of Outputs×Inputs pairs of channels.
template <int Stride, int Outputs, int Inputs, int Rows, int Columns>
void weights_channels(const ConvWeights& c, int o, int i) {
  for (int k = 0; k < c.kernel_height; k += Rows)
    for (int l = 0; l < c.kernel_width; l += Columns)
      weights_tile<Stride, Outputs, Inputs, Rows, Columns>(c, o, i, k, l);
}

template <int Stride, int Outputs, int Inputs, int Rows, int Columns>
void conv_weights_of(const ConvWeights& c) {
  int o = 0;
  for (; o + Outputs <= c.dy.channels; o += Outputs)
    for (int i = 0; i < c.in.channels; ++i)
      weights_channels<Stride, Outputs, 1, Rows, Columns>(c, o, i);
  for (; o < c.dy.channels; ++o) {
    int i = 0;
    for (; i + Inputs <= c.in.channels; i += Inputs)
      weights_channels<Stride, 1, Inputs, Rows, Columns>(c, o, i);
    for (; i < c.in.channels; ++i) weights_channels<Stride, 1, 1, Rows, Columns>(c, o, i);
  }
}

void conv_weights(const ConvWeights& c) {
  constexpr Tile t3 = kWeights3, t4 = kWeights4;
  if (c.stride == 1 && c.kernel_height == 3 && c.kernel_width == 3)
    conv_weights_of<1, t3.outputs, t3.inputs, t3.rows, 3>(c);
  else if (c.stride == 2 && c.kernel_height == 4 && c.kernel_width == 4)
    conv_weights_of<2, t4.outputs, t4.inputs, t4.rows, 4>(c);
  else conv_weights_of<0, 4, 4, 1, 1>(c);
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
