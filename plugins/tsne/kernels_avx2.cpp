// The kernels for AVX2 with FMA.
#include "kernel_table.h"

namespace pipeline::tsne {
extern const Kernels kAvx2 = TSNE_KERNELS;
}
