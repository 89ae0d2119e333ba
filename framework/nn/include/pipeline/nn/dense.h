#pragma once
#include "pipeline/nn/parallel.h"
#include "pipeline/nn/tensor.h"

// Fully connected layers on whole batches of rank-1 samples, by the vector kernels. The kernel is
// [outputs][inputs]; every sum runs in one order, whatever the threads: those over samples as
// batch_sum.h says. All batches of a call hold the same number of samples (set_samples() on those
// that are written).

namespace pipeline::nn {

/// y = kernel·x + bias, then relu if asked for; `bias` may be null.
void dense_forward(const float* kernel, const float* bias, const Batch& x, bool relu, Batch& y,
                   const Threads& threads);
/// dx = transposed kernel · dy
void dense_backward_data(const float* kernel, const Batch& dy, Batch& dx, const Threads& threads);
/// kernel = dy · transposed x, bias = sum of dy (may be null), over all samples; lanes of dy
/// without a sample have to be zero. `scratch` is sized here.
void dense_backward_weights(const Batch& x, const Batch& dy, float* kernel, float* bias,
                            AlignedFloats& scratch, const Threads& threads);

}  // namespace pipeline::nn
