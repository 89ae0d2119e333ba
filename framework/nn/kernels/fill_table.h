// The table of one instruction set; the last thing that avx2.cpp and avx512.cpp include.
// clang-format off
#include "kernels/math.h"
#include "kernels/elementwise.h"
#include "kernels/normalise.h"
#include "kernels/conv2d.h"
#include "kernels/conv_pool.h"
#include "kernels/conv_up.h"
#include "kernels/conv_weights.h"
#include "kernels/dense.h"
#include "kernels/transpose.h"
#include "kernels/pool.h"
#include "kernels/loss.h"
#include "kernels/philox.h"
#include "kernels/optimizer.h"
// clang-format on

#define PIPELINE_TABLE                                                                             \
  {                                                                                                \
    .conv_group = kConvGroup, .conv = conv, .conv_up = conv_up, .conv_pool = conv_pool,            \
    .unpool = unpool, .conv_weights = conv_weights, .conv_scatter = conv_scatter,                  \
    .channel_sums = channel_sums, .gemm = gemm, .gemm_weights = gemm_weights,                      \
    .transpose = transpose, .interleave = interleave, .max_pool = max_pool,                        \
    .max_pool_backward = max_pool_backward, .average_pool = average_pool,                          \
    .average_pool_backward = average_pool_backward, .up_sample = up_sample,                        \
    .up_sample_backward = up_sample_backward,                                                      \
    .activate = {linear, relu, sigmoid, tanh, elu, softplus, softmax, leaky_relu_02, swish, gelu}, \
    .activate_backward = {linear_backward,  relu_backward,          sigmoid_backward,              \
                          tanh_backward,    elu_backward,           softplus_backward,             \
                          softmax_backward, leaky_relu_02_backward, swish_backward,                \
                          gelu_backward},                                                          \
    .leaky_relu = leaky_relu, .leaky_relu_backward = leaky_relu_backward,                          \
    .channel_totals = channel_totals, .channel_squares = channel_squares,                          \
    .channel_products = channel_products, .normalise = normalise,                                  \
    .normalise_backward = normalise_backward, .place_normalise = place_normalise,                  \
    .place_normalise_backward = place_normalise_backward, .exp = exp, .add = add,                  \
    .multiply = multiply, .scale = scale, .sample_gaussian = sample_gaussian,                      \
    .sample_gaussian_backward = sample_gaussian_backward, .cross_entropy = cross_entropy,          \
    .cross_entropy_gradient = cross_entropy_gradient, .squared_error = squared_error,              \
    .difference = difference, .uniform = uniform, .normal = normal, .dropout = dropout,            \
    .sgd = sgd, .sgd_momentum = sgd_momentum, .sgd_nesterov = sgd_nesterov, .rmsprop = rmsprop,    \
    .adadelta = adadelta, .adam = adam, .amsgrad = amsgrad, .nadam = nadam, .adagrad = adagrad,    \
    .lion = lion, .rmsprop_momentum = rmsprop_momentum, .rmsprop_centered = rmsprop_centered       \
  }
