#pragma once
#include <catch2/catch.hpp>
#include <vector>

#include "pipeline/nn/activation.h"
#include "support.h"

namespace pipeline::nn {

/// What a convolution gives for samples, forward and back; plain.
template <class Float>
struct ConvResults {
  std::vector<Float> y, dx, dkernel, dbias;
};

/// By an operation such as Conv2dOp. Checks that halos stay zero.
template <class Op>
ConvResults<float> conv_results(Op op, const Batch& x, const Batch& dy,
                                const std::vector<float>& kernel, const std::vector<float>& bias) {
  op.pack(kernel.data(), true);
  Batch y(dy.sample(), x.samples(), 1), dx(x.sample(), x.samples(), 2);
  y.set_samples(x.samples()), dx.set_samples(x.samples());
  ConvResults<float> r{{}, {}, std::vector<float>(kernel.size()), std::vector<float>(bias.size())};
  for (int b = 0; b < x.blocks(); ++b) {
    op.forward(x.block(b), bias.data(), Activation::linear, y.block(b));
    op.backward_data(dy.block(b), dx.block(b));
    op.backward_weights(x.block(b), dy.block(b), r.dkernel.data(), r.dbias.data());
  }
  CHECK(halo_is_zero(y));
  CHECK(halo_is_zero(dx));
  r.y = plain(y), r.dx = plain(dx);
  return r;
}

/// The results are those expected, values to within `tolerance`, and the same bits with each
/// instruction set.
template <class Float, class F>
void check_on_each_simd(const ConvResults<Float>& expected, double tolerance, F results_of) {
  const auto results = on_each_simd(results_of);
  for (const ConvResults<float>& r : results) {
    CHECK(distance(r.y, expected.y) < tolerance);
    CHECK(distance(r.dx, expected.dx) < tolerance);
    CHECK(distance(r.dkernel, expected.dkernel) < 1e-4);  // sums of up to 15,000 products
    CHECK(distance(r.dbias, expected.dbias) < 2e-5);
    CHECK(same_bits(r.y, results[0].y));
    CHECK(same_bits(r.dx, results[0].dx));
    CHECK(same_bits(r.dkernel, results[0].dkernel));
    CHECK(same_bits(r.dbias, results[0].dbias));
  }
}

}  // namespace pipeline::nn
