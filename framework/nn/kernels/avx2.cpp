// The kernels for AVX2 with FMA.
#include "kernels/vector_avx2.h"
//
#include "kernels/table.h"

#define PIPELINE_PAIR_OUTPUTS 3
#define PIPELINE_WEIGHT_OUTPUTS 2
#define PIPELINE_WEIGHT_VECTORS 2
#include "kernels/fill_table.h"

namespace pipeline::nn::kernels {
extern const Table kAvx2 = PIPELINE_TABLE;
}
