// The kernels for AVX-512.
#include "kernel_table.h"

namespace pipeline::tsne {
extern const Kernels kAvx512 = TSNE_KERNELS;
}
