#pragma once
// A convolution of 3×3 behind an up-sampling by 2, for few output channels.

namespace pipeline::nn::kernels {
namespace {

/// All four phases of `Columns` places in a row: each value of the small image is loaded once, for
/// up to 16 products. Phase after phase through conv() has the image, which the first cache does
/// not hold, come four times from the second: 120 µs a batch of the decoders' last layer, this
/// way 95, 0.86 of a Zen 4 core's peak (AVX2 0.76).
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

}  // namespace
}  // namespace pipeline::nn::kernels
