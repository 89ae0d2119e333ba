// The kernels for AVX2 with FMA.
#include "kernels/vector_avx2.h"
//
#include "kernels/table.h"

namespace pipeline::nn::kernels {
namespace {

// Tiles that keep their sums, as pairs, in the 16 registers; each was the fastest of those tried at
// the layers of tests/benchmark/kernel_roofline.cpp on a Zen 4 core. The convolutions there reach
// 0.72 of its peak, dense layers 0.90.
constexpr int kConvGroup = 4;  ///< output channels of a convolution
constexpr int conv_columns(int group) { return group == 4 ? 1 : group == 2 ? 2 : 4; }
constexpr int kSingleRows = 1, kSingleColumns = 4;  ///< of a single output channel
constexpr int kUpColumns = 2;                       ///< of the four phases behind an up-sampling
constexpr int kPoolChannels = 1;                    ///< that are pooled at once
constexpr WeightsTile kWeights3{2, 2, 1}, kWeights4{1, 1, 1};  ///< 3×3 taps, and 4×4 of stride 2
constexpr int kGemmBlocks = 2;
constexpr int gemm_outputs_of(int) { return 3; }
constexpr int kGradientOutputs = 6, kGradientVectors = 1;  ///< of a dense layer's gradient

}  // namespace
}  // namespace pipeline::nn::kernels

#include "kernels/fill_table.h"

namespace pipeline::nn::kernels {
extern const Table kAvx2 = PIPELINE_TABLE;
}
