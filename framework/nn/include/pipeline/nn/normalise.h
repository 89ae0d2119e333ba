#pragma once
#include "pipeline/nn/tensor.h"

// Sums over the places of each channel of a block, one a lane, and what normalises by them. `sums`
// has 16 doubles a channel, to which is added; per-channel constants are as many floats as there
// are channels. Blocks of a call agree in channels, height and width; dx may be dy.

namespace pipeline::nn {

/// sums[16·c + lane] += the sum over the places of x
void channel_totals(const ConstBlock& x, double* sums);
/// … of (x - mean[c])²
void channel_squares(const ConstBlock& x, const float* mean, double* sums);
/// … of (x - mean[c]) · dy
void channel_products(const ConstBlock& x, const float* mean, const ConstBlock& dy, double* sums);
/// y = (x - mean[c]) · factor[c] + shift[c]
void normalise(const ConstBlock& x, const float* mean, const float* factor, const float* shift,
               const Block& y);
/// dx = (dy - by_dy[c] - (x - mean[c]) · by_x[c]) · factor[c]
void normalise_backward(const ConstBlock& x, const float* mean, const ConstBlock& dy,
                        const float* factor, const float* by_dy, const float* by_x,
                        const Block& dx);

/// y[c] = gamma[c]·(x[c] - mean) / sqrt(variance + epsilon) + beta[c] with the mean and variance
/// (divided by n) of the channels at each place; gamma or beta null: 1 or 0.
void place_normalise(const ConstBlock& x, const float* gamma, const float* beta, float epsilon,
                     const Block& y);
/// dx, overwritten unless it is null, apart from dy; dgamma and dbeta are added to unless null.
void place_normalise_backward(const ConstBlock& x, const float* gamma, float epsilon,
                              const ConstBlock& dy, const Block& dx, float* dgamma, float* dbeta);

}  // namespace pipeline::nn
