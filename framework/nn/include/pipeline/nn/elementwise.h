#pragma once
#include "pipeline/nn/tensor.h"

// Functions of one value after another, by the vector kernels: the same bits on every machine,
// which the C library's exp does not promise. All blocks of a call agree in channels, height and
// width; y may be one of the inputs.

namespace pipeline::nn {

/// y = e^x
void exp(const ConstBlock& x, const Block& y);
/// y = factor · x
void scale(const ConstBlock& x, float factor, const Block& y);
/// y = a + b
void add(const ConstBlock& a, const ConstBlock& b, const Block& y);
/// y = a · b
void multiply(const ConstBlock& a, const ConstBlock& b, const Block& y);
/// y = mean + e^log_sigma · noise
void sample_gaussian(const ConstBlock& mean, const ConstBlock& log_sigma, const ConstBlock& noise,
                     const Block& y);
/// The gradient by log_sigma: dy · e^log_sigma · noise.
void sample_gaussian_backward(const ConstBlock& dy, const ConstBlock& log_sigma,
                              const ConstBlock& noise, const Block& dlog_sigma);

}  // namespace pipeline::nn
