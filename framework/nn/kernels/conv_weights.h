#pragma once
// Gradients by a convolution's weights. Of a Zen 4 core's peak at the lecture's encoder_1 to 3:
// 0.96 0.96 0.90, decoder_1 to 4: 0.75 0.56 0.82 0.90; on AVX2 0.73 0.71 0.71, 0.61 0.48 0.70 0.60.

namespace pipeline::nn::kernels {
namespace {

/// The sums over the image for Outputs×Inputs pairs of channels and Rows×Columns neighbouring taps,
/// in registers while the image runs by. Stride 0: known at run time only.
template <int Stride, int Outputs, int Inputs, int Rows, int Columns>
PIPELINE_INLINE void weights_tile(const ConvWeights& c, int o, int i, int k, int l) {
  const int stride = Stride ? Stride : c.stride;
  const int dilation = Stride ? 1 : c.dilation;
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
                      std::size_t(y * stride + k * dilation) * c.in.row_stride +
                      std::size_t(l * dilation) * 16;
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
  constexpr WeightsTile t3 = kWeights3, t4 = kWeights4;
  if (c.dilation > 1) conv_weights_of<0, 4, 4, 1, 1>(c);
  else if (c.stride == 1 && c.kernel_height == 3 && c.kernel_width == 3)
    conv_weights_of<1, t3.outputs, t3.inputs, t3.rows, 3>(c);
  else if (c.stride == 2 && c.kernel_height == 4 && c.kernel_width == 4)
    conv_weights_of<2, t4.outputs, t4.inputs, t4.rows, 4>(c);
  else conv_weights_of<0, 4, 4, 1, 1>(c);
}

}  // namespace
}  // namespace pipeline::nn::kernels
