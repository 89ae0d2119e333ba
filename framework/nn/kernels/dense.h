#pragma once
// Dense layers on batches of blocks. Sums run over inputs (or samples) in order, in one chain of
// fused multiply-adds; a chunk of inputs leaves its sums in y for the next.

namespace pipeline::nn::kernels {
namespace {

/// Inputs a pass, so that those of a tile's four blocks stay in the first cache: at 784×512 by 128
/// samples 94% of the peak, with 196 inputs 89%.
constexpr int kChunk = 64;

template <int Outputs, int Blocks>
PIPELINE_INLINE void gemm_tile(const Gemm& g, int o, int b, int k0, int k1) {
  V sums[Outputs][Blocks];
  const float* w = g.w + std::size_t(o) * g.w_output;
  const float* x = g.x + std::size_t(b) * g.x_block;
  float* y = g.y + std::size_t(b) * g.y_block + std::size_t(o) * 16;
#pragma GCC unroll 8
  for (int q = 0; q < Outputs; ++q)
#pragma GCC unroll 8
    for (int t = 0; t < Blocks; ++t)
      sums[q][t] = k0 > 0 ? load(y + std::size_t(t) * g.y_block + q * 16)
                          : all(g.bias ? g.bias[o + q] : 0.0f);
  for (int k = k0; k < k1; ++k) {
    const float* column = w + std::size_t(k) * g.w_input;
    const float* value = x + std::size_t(k) * 16;
#pragma GCC unroll 8
    for (int q = 0; q < Outputs; ++q) {
      V weight = all(column[std::size_t(q) * g.w_output]);
#pragma GCC unroll 8
      for (int t = 0; t < Blocks; ++t)
        sums[q][t] = fma(weight, load(value + std::size_t(t) * g.x_block), sums[q][t]);
    }
  }
  const bool relu = g.relu && k1 == g.inputs;
#pragma GCC unroll 8
  for (int q = 0; q < Outputs; ++q)
#pragma GCC unroll 8
    for (int t = 0; t < Blocks; ++t)
      store(y + std::size_t(t) * g.y_block + q * 16,
            relu ? max(all(0.0f), sums[q][t]) : sums[q][t]);
}

template <int Outputs, int Blocks>
void gemm_outputs(const Gemm& g, int b, int k0, int k1) {
  int o = g.first_output;
  for (; o + Outputs <= g.last_output; o += Outputs) gemm_tile<Outputs, Blocks>(g, o, b, k0, k1);
  // Four keep the units busy, a single output with its few chains does not: 512×10 by 128 samples
  // 112 GFLOP/s instead of 102, and 784×128 by 32, shared by eight threads, 113 instead of 102.
  if constexpr (Outputs > 4)
    for (; o + 4 <= g.last_output; o += 4) gemm_tile<4, Blocks>(g, o, b, k0, k1);
  for (; o < g.last_output; ++o) gemm_tile<1, Blocks>(g, o, b, k0, k1);
}

void gemm(const Gemm& g) {
  for (int k0 = 0; k0 < g.inputs; k0 += kChunk) {
    const int k1 = k0 + kChunk < g.inputs ? k0 + kChunk : g.inputs;
    int b = 0;
    if constexpr (kGemmBlocks >= 4)
      for (; b + 4 <= g.blocks; b += 4) gemm_outputs<gemm_outputs_of(4), 4>(g, b, k0, k1);
    for (; b + 2 <= g.blocks; b += 2) gemm_outputs<gemm_outputs_of(2), 2>(g, b, k0, k1);
    for (; b < g.blocks; ++b) gemm_outputs<4, 1>(g, b, k0, k1);
  }
}

template <int Outputs, int Vectors>
PIPELINE_INLINE void gemm_weights_tile(const GemmWeights& g, int o, int i, int count) {
  V sums[Outputs][Vectors];
#pragma GCC unroll 8
  for (int q = 0; q < Outputs; ++q)
#pragma GCC unroll 8
    for (int t = 0; t < Vectors; ++t) sums[q][t] = all(0.0f);
  for (int s = 0; s < g.samples; ++s) {
    const float* x = g.x + std::size_t(s) * g.x_row + i;
    const float* dy = g.dy + std::size_t(s / 16) * g.dy_block + std::size_t(o) * 16 + s % 16;
    V values[Vectors];
#pragma GCC unroll 8
    for (int t = 0; t < Vectors; ++t) values[t] = load(x + t * 16);
#pragma GCC unroll 8
    for (int q = 0; q < Outputs; ++q) {
      V d = all(dy[q * 16]);
#pragma GCC unroll 8
      for (int t = 0; t < Vectors; ++t) sums[q][t] = fma(d, values[t], sums[q][t]);
    }
  }
#pragma GCC unroll 8
  for (int q = 0; q < Outputs; ++q) {
    float* w = g.w + std::size_t(o + q) * g.inputs + i;
    if (count == Vectors * 16) {
#pragma GCC unroll 8
      for (int t = 0; t < Vectors; ++t) store(w + t * 16, sums[q][t]);
    } else {
      float values[Vectors * 16];
      for (int t = 0; t < Vectors; ++t) store(values + t * 16, sums[q][t]);
      for (int j = 0; j < count; ++j) w[j] = values[j];
    }
  }
}

template <int Outputs, int Vectors>
void gemm_weights_rows(const GemmWeights& g, int o) {
  constexpr int kWide = Vectors * 16;
  int i = 0;
  for (; i + kWide <= g.inputs; i += kWide) gemm_weights_tile<Outputs, Vectors>(g, o, i, kWide);
  for (; i < g.inputs; i += 16)
    gemm_weights_tile<Outputs, 1>(g, o, i, g.inputs - i < 16 ? g.inputs - i : 16);
}

void gemm_weights(const GemmWeights& g) {
  int o = g.first_output;
  for (; o + kGradientOutputs <= g.last_output; o += kGradientOutputs)
    gemm_weights_rows<kGradientOutputs, kGradientVectors>(g, o);
  for (; o < g.last_output; ++o) gemm_weights_rows<1, kGradientVectors>(g, o);
}

}  // namespace
}  // namespace pipeline::nn::kernels
