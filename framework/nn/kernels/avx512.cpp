// The kernels for AVX-512 (F, BW, DQ, VL).
#include "kernels/vector_avx512.h"
//
#include "kernels/table.h"

namespace pipeline::nn::kernels {
namespace {

// Tiles that keep their sums, up to 24, in the 32 registers; each was the fastest of those tried at
// the layers of tests/benchmark/kernel_roofline.cpp on a Zen 4 core. The convolutions there reach
// 0.88 of its peak, dense layers 0.94.
constexpr int kConvGroup = 8;  ///< output channels of a convolution
constexpr int conv_columns(int group) { return group == 8 ? 3 : group == 4 ? 6 : 8; }
constexpr int kSingleRows = 2, kSingleColumns = 7;  ///< of a single output channel
constexpr int kUpColumns = 3;                       ///< of the four phases behind an up-sampling
constexpr int kPoolChannels = 4;                    ///< that are pooled at once
constexpr WeightsTile kWeights3{2, 2, 3}, kWeights4{4, 4, 1};  ///< 3×3 taps, and 4×4 of stride 2
constexpr int kGemmBlocks = 4;
/// With two blocks 8: 784×512 by 32 samples 111 GFLOP/s, with 6 outputs 90.
constexpr int gemm_outputs_of(int blocks) { return blocks == 4 ? 6 : 8; }
constexpr int kGradientOutputs = 4, kGradientVectors = 6;  ///< of a dense layer's gradient

}  // namespace
}  // namespace pipeline::nn::kernels

#include "kernels/fill_table.h"

namespace pipeline::nn::kernels {
extern const Table kAvx512 = PIPELINE_TABLE;
}
