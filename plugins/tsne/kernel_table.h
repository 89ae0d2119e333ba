#pragma once
#include "affinity_kernels.h"
#include "fft_kernels.h"
#include "map_kernels.h"
#include "near_kernels.h"
#include "neighbour_kernels.h"
#include "spline_kernels.h"

// All kernels, for the two builds.

#define TSNE_KERNELS                                                                      \
  {                                                                                       \
    .distances = distances, .sieve = sieve, .at_most = at_most, .gaussian = gaussian,     \
    .attract = attract, .cross_entropy = cross_entropy, .repel = repel, .bounds = bounds, \
    .step = step, .interleave = interleave, .combine = combine, .spread = spread,         \
    .interpolate = interpolate, .near = near, .columns_forward = columns_forward,         \
    .rows_convolve = rows_convolve, .columns_inverse = columns_inverse,                   \
    .rows_multiplier = rows_multiplier                                                    \
  }
