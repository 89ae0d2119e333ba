// The kernels for AVX-512 (F, BW, DQ, VL).
#define PIPELINE_AVX512
#include "kernels/vector_avx512.h"
//
#include "kernels/table.h"

#define PIPELINE_PAIR_OUTPUTS 8
#define PIPELINE_WEIGHT_OUTPUTS 4
#define PIPELINE_WEIGHT_VECTORS 6
#include "kernels/fill_table.h"

namespace pipeline::nn::kernels {
extern const Table kAvx512 = PIPELINE_TABLE;
}
