// The kernels for AVX-512.
#include "map_kernels.h"
#include "neighbour_kernels.h"
// the grid's
#include "fft_kernels.h"
#include "spline_kernels.h"

namespace pipeline::tsne {
extern const Kernels kAvx512 = TSNE_KERNELS;
}
