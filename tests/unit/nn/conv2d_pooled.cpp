#include <catch2/catch.hpp>

#include "pipeline/nn/conv2d.h"
#include "pipeline/nn/pool.h"
#include "support.h"

using namespace pipeline;
using namespace pipeline::nn;

namespace {

struct Case {
  int in, out, height, width, kernel;
};
const std::vector<Case> kCases = {{1, 16, 28, 28, 3}, {16, 8, 14, 14, 3}, {8, 8, 7, 7, 3},
                                  {3, 5, 9, 4, 3},    {2, 13, 1, 1, 3},   {4, 7, 5, 8, 5},
                                  {1, 3, 6, 7, 1},    {2, 6, 2, 3, 2}};

struct Results {
  std::vector<float> y, dx;
};

}  // namespace

TEST_CASE("A pooled convolution and its way back are convolution, relu and pooling, bit for bit") {
  const Case c = GENERATE(from_range(kCases));
  CAPTURE(c.in, c.out, c.height, c.width, c.kernel);
  const int samples = 19;
  const Padding rows = Padding::same(c.height, c.kernel, 1);
  const Padding columns = Padding::same(c.width, c.kernel, 1);
  const Conv2dSizes s{c.in, c.out, c.kernel, c.kernel, 1, rows, columns};
  const PoolSizes windows{2, 2, 2, 2, Padding::same(c.height, 2, 2), Padding::same(c.width, 2, 2)};
  const Shape in{c.in, c.height, c.width}, full{c.out, c.height, c.width};
  const Shape out{c.out, (c.height + 1) / 2, (c.width + 1) / 2};
  // Coarse values, so that windows have ties: the first one gets the gradient.
  std::vector<float> x = random_values(samples * elements(in), 1), kernel, bias;
  kernel = random_values(s.weights(), 3), bias = random_values(c.out, 4);
  for (auto* values : {&x, &kernel, &bias})
    for (float& v : *values) v = std::round(v * 2) / 2;
  const auto dy = random_values(samples * elements(out), 2);

  on_each_simd([&] {
    Conv2dOp op(s);
    op.pack(kernel.data(), false);
    const Batch bx = batch_of(x, in, s.input_halo()), bdy = batch_of(dy, out);
    Batch large(full, samples), y(out, samples), pooled(out, samples, 1);
    Batch dlarge(full, samples), unpooled(full, samples, 2);
    for (Batch* batch : {&large, &y, &pooled, &dlarge, &unpooled}) batch->set_samples(samples);
    std::vector<std::uint16_t> winners(std::size_t(4 * elements(out)));
    for (int b = 0; b < bx.blocks(); ++b) {
      op.forward(bx.block(b), bias.data(), Activation::relu, large.block(b));
      max_pool_forward(windows, large.block(b), y.block(b));
      max_pool_backward(windows, large.block(b), y.block(b), bdy.block(b), dlarge.block(b));
      activate_backward(Activation::relu, large.block(b), dlarge.block(b), dlarge.block(b));
      op.forward_pooled(bx.block(b), bias.data(), c.height, c.width, pooled.block(b),
                        winners.data());
      unpool(bdy.block(b), winners.data(), unpooled.block(b));
    }
    CHECK(same_bits(plain(pooled), plain(y)));
    CHECK(plain(unpooled) == plain(dlarge));  // zeros may differ in sign
    CHECK(halo_is_zero(pooled));
    CHECK(halo_is_zero(unpooled));
    return 0;
  });
}

TEST_CASE("A pooled convolution treats what is not a number as the two layers do") {
  const Conv2dSizes s{1, 1, 1, 1, 1, {}, {}};
  const float kernel = 1, nan = NAN;
  std::vector<float> x(16 * 4, 1.0f);
  for (int sample = 0; sample < 16; ++sample)  // each place in turn, with 1, 2, 5 elsewhere
    for (int place = 0; place < 4; ++place)
      x[std::size_t(sample * 4 + place)] = place == sample % 4 ? nan : float(place * place + 1);
  on_each_simd([&] {
    Conv2dOp op(s);
    op.pack(&kernel, false);
    const Batch in = batch_of(x, {1, 2, 2});
    Batch large({1, 2, 2}, 16), apart({1, 1, 1}, 16), pooled({1, 1, 1}, 16);
    for (Batch* batch : {&large, &apart, &pooled}) batch->set_samples(16);
    std::uint16_t winners[4];
    op.forward(in.block(0), nullptr, Activation::relu, large.block(0));
    max_pool_forward({}, large.block(0), apart.block(0));
    op.forward_pooled(in.block(0), nullptr, 2, 2, pooled.block(0), winners);
    CHECK(same_bits(plain(apart), plain(pooled)));
    return 0;
  });
}

TEST_CASE("The derivative of a relu before a convolution is taken along without a changed bit") {
  const Conv2dSizes s{3, 5, 3, 3, GENERATE(1, 2), {1, 1}, {1, 1}};
  Conv2dOp op(s);
  const auto kernel = random_values(s.weights(), 2);
  op.pack(kernel.data(), true);
  const Shape out{5, s.rows.windows(6, 3, s.stride), s.columns.windows(7, 3, s.stride)};
  const Batch x = batch_of(random_values(16 * 3 * 6 * 7, 1), {3, 6, 7}, 1);
  const Batch dy = batch_of(random_values(16 * elements(out), 4), out, s.gradient_halo());
  Batch along({3, 6, 7}, 16), apart({3, 6, 7}, 16);
  along.set_samples(16), apart.set_samples(16);
  op.backward_data(dy.block(0), along.block(0), x.block(0));
  op.backward_data(dy.block(0), apart.block(0));
  activate_backward(Activation::relu, x.block(0), apart.block(0), apart.block(0));
  CHECK(same_bits(plain(along), plain(apart)));
}
