#include "pipeline/nn/normalise.h"

#include "views.h"

namespace pipeline::nn {

void channel_totals(const ConstBlock& x, double* sums) {
  kernels::table().channel_totals(view(x), sums);
}

void channel_squares(const ConstBlock& x, const float* mean, double* sums) {
  kernels::table().channel_squares(view(x), mean, sums);
}

void channel_products(const ConstBlock& x, const float* mean, const ConstBlock& dy, double* sums) {
  kernels::table().channel_products(view(x), mean, view(dy), sums);
}

void normalise(const ConstBlock& x, const float* mean, const float* factor, const float* shift,
               const Block& y) {
  kernels::table().normalise(view(x), mean, factor, shift, view(y));
}

void normalise_backward(const ConstBlock& x, const float* mean, const ConstBlock& dy,
                        const float* factor, const float* by_dy, const float* by_x,
                        const Block& dx) {
  kernels::table().normalise_backward(view(x), mean, view(dy), factor, by_dy, by_x, view(dx));
}

void place_normalise(const ConstBlock& x, const float* gamma, const float* beta, float epsilon,
                     const Block& y) {
  kernels::table().place_normalise(view(x), gamma, beta, epsilon, view(y));
}

void place_normalise_backward(const ConstBlock& x, const float* gamma, float epsilon,
                              const ConstBlock& dy, const Block& dx, float* dgamma, float* dbeta) {
  kernels::table().place_normalise_backward(view(x), gamma, epsilon, view(dy),
                                            dx ? view(dx) : kernels::View{}, dgamma, dbeta);
}

}  // namespace pipeline::nn
