#pragma once
#include <array>

#include "pipeline/nn/tensor.h"

// Losses of one block by the vector kernels; the sums of a sample's values are doubles, in the
// order of the values. All blocks of a call agree in channels, height and width; dy may be
// one of the inputs.

namespace pipeline::nn {

/// Of each sample the sum of -t·ln p - (1 - t)·ln(1 - p), p being y clipped to [1e-7, 1 - 1e-7].
std::array<double, kLanes> cross_entropy_sums(const ConstBlock& y, const ConstBlock& target);
/// dy = scale · (p - t) / (p (1 - p)), 0 where y is clipped.
void cross_entropy_gradient(const ConstBlock& y, const ConstBlock& target, float scale,
                            const Block& dy);
/// Of each sample the sum of (y - t)².
std::array<double, kLanes> squared_error_sums(const ConstBlock& y, const ConstBlock& target);
/// dy = scale · (y - target): the gradient of cross entropy by what goes into a sigmoid, and of
/// half the squared error.
void difference(const ConstBlock& y, const ConstBlock& target, float scale, const Block& dy);

}  // namespace pipeline::nn
