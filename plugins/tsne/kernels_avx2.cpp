// The kernels for AVX2 with FMA.
#include "map_kernels.h"
#include "neighbour_kernels.h"
// the grid's
#include "fft_kernels.h"
#include "spline_kernels.h"

namespace pipeline::tsne {
extern const Kernels kAvx2 = TSNE_KERNELS;
}
