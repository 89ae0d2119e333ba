#include "pipeline/nn/elementwise.h"

#include "views.h"

namespace pipeline::nn {

void exp(const ConstBlock& x, const Block& y) { kernels::table().exp(view(x), view(y)); }

void scale(const ConstBlock& x, float factor, const Block& y) {
  kernels::table().scale(view(x), factor, view(y));
}

void add(const ConstBlock& a, const ConstBlock& b, const Block& y) {
  kernels::table().add(view(a), view(b), view(y));
}

void multiply(const ConstBlock& a, const ConstBlock& b, const Block& y) {
  kernels::table().multiply(view(a), view(b), view(y));
}

void sample_gaussian(const ConstBlock& mean, const ConstBlock& log_sigma, const ConstBlock& noise,
                     const Block& y) {
  kernels::table().sample_gaussian(view(mean), view(log_sigma), view(noise), view(y));
}

void sample_gaussian_backward(const ConstBlock& dy, const ConstBlock& log_sigma,
                              const ConstBlock& noise, const Block& dlog_sigma) {
  kernels::table().sample_gaussian_backward(view(dy), view(log_sigma), view(noise),
                                            view(dlog_sigma));
}

}  // namespace pipeline::nn
