#pragma once
// Dense layers on batches of blocks. Sums over inputs run in order, in one chain of fused
// multiply-adds; a stretch of inputs leaves its sums in y for the next. Those over samples run in
// such chains of a chunk each, and in a tree.

namespace pipeline::nn::kernels {
namespace {

/// Inputs a pass, so that those of a tile's four blocks stay in the first cache: at 784×512 by 128
/// samples 94% of the peak, with 196 inputs 89%.
constexpr int kStretch = 64;
/// As many as a tree of 2^31 samples has.
constexpr int kTreeLevels = 32;

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
  for (int k0 = 0; k0 < g.inputs; k0 += kStretch) {
    const int k1 = k0 + kStretch < g.inputs ? k0 + kStretch : g.inputs;
    int b = 0;
    if constexpr (kGemmBlocks >= 4)
      for (; b + 4 <= g.blocks; b += 4) gemm_outputs<gemm_outputs_of(4), 4>(g, b, k0, k1);
    for (; b + 2 <= g.blocks; b += 2) gemm_outputs<gemm_outputs_of(2), 2>(g, b, k0, k1);
    for (; b < g.blocks; ++b) gemm_outputs<4, 1>(g, b, k0, k1);
  }
}

/// A tile of a gradient.
template <int Outputs, int Vectors>
struct Tile {
  V v[Outputs][Vectors];
};

/// The sums of the samples of blocks first … last - 1.
template <int Outputs, int Vectors>
PIPELINE_INLINE void sum_blocks(const GemmWeights& g, int o, int i, int first, int last,
                                Tile<Outputs, Vectors>& sums) {
#pragma GCC unroll 8
  for (int q = 0; q < Outputs; ++q)
#pragma GCC unroll 8
    for (int t = 0; t < Vectors; ++t) sums.v[q][t] = all(0.0f);
  for (int b = first; b < last; ++b) {
    const float* x = g.x + std::size_t(b) * 16 * g.x_row + i;
    const float* dy = g.dy + std::size_t(b) * g.dy_block + std::size_t(o) * 16;
#pragma GCC unroll 4
    for (int s = 0; s < 16; ++s, x += g.x_row) {
      V values[Vectors];
#pragma GCC unroll 8
      for (int t = 0; t < Vectors; ++t) values[t] = load(x + t * 16);
#pragma GCC unroll 8
      for (int q = 0; q < Outputs; ++q) {
        V d = all(dy[q * 16 + s]);
#pragma GCC unroll 8
        for (int t = 0; t < Vectors; ++t) sums.v[q][t] = fma(d, values[t], sums.v[q][t]);
      }
    }
  }
}

/// sums = before + sums
template <int Outputs, int Vectors>
PIPELINE_INLINE void add_in_front(const Tile<Outputs, Vectors>& before,
                                  Tile<Outputs, Vectors>& sums) {
#pragma GCC unroll 8
  for (int q = 0; q < Outputs; ++q)
#pragma GCC unroll 8
    for (int t = 0; t < Vectors; ++t) sums.v[q][t] = before.v[q][t] + sums.v[q][t];
}

template <int Outputs, int Vectors>
PIPELINE_INLINE void gemm_weights_tile(const GemmWeights& g, int o, int i, int count) {
  // waiting[k] is the sum of 2^k chunks, where the tree wants that of as many behind it.
  Tile<Outputs, Vectors> sums, waiting[kTreeLevels];
  const int chunks = (g.blocks + g.chunk - 1) / g.chunk;
  int level = 0;
  for (int c = 0;; ++c) {
    const int first = c * g.chunk, last = first + g.chunk;
    sum_blocks(g, o, i, first, last < g.blocks ? last : g.blocks, sums);
    for (level = 0; c >> level & 1; ++level) add_in_front(waiting[level], sums);
    if (c + 1 >= chunks) break;
    waiting[level] = sums;
  }
  // Those that have waited for more than there is.
  while (chunks >> ++level > 0)
    if (chunks >> level & 1) add_in_front(waiting[level], sums);
#pragma GCC unroll 8
  for (int q = 0; q < Outputs; ++q) {
    float* w = g.w + std::size_t(o + q) * g.inputs + i;
    if (count == Vectors * 16) {
#pragma GCC unroll 8
      for (int t = 0; t < Vectors; ++t) store(w + t * 16, sums.v[q][t]);
    } else {
      float values[Vectors * 16];
      for (int t = 0; t < Vectors; ++t) store(values + t * 16, sums.v[q][t]);
      for (int j = 0; j < count; ++j) w[j] = values[j];
    }
  }
}

/// The gradient by some inputs, `count` of them, for all outputs: their values stay in the cache.
template <int Vectors>
void gemm_weights_columns(const GemmWeights& g, int i, int count) {
  int o = g.first_output;
  for (; o + kGradientOutputs <= g.last_output; o += kGradientOutputs)
    gemm_weights_tile<kGradientOutputs, Vectors>(g, o, i, count);
  for (; o < g.last_output; ++o) gemm_weights_tile<1, Vectors>(g, o, i, count);
}

void gemm_weights(const GemmWeights& g) {
  constexpr int kWide = kGradientVectors * 16;
  int i = 0;
  for (; i + kWide <= g.inputs; i += kWide) gemm_weights_columns<kGradientVectors>(g, i, kWide);
  for (; i < g.inputs; i += 16)
    gemm_weights_columns<1>(g, i, g.inputs - i < 16 ? g.inputs - i : 16);
}

}  // namespace
}  // namespace pipeline::nn::kernels
