#include "pipeline/nn/up_conv2d.h"

#include <catch2/catch.hpp>

#include "conv_results.h"
#include "pipeline/nn/pool.h"

using namespace pipeline;
using namespace pipeline::nn;

namespace {

struct Case {
  int in, out, height, width, factor, kernel_height, kernel_width;
  bool same;
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.in << "→" << c.out << " channels, " << c.height << "×" << c.width << " times "
             << c.factor << ", kernel " << c.kernel_height << "×" << c.kernel_width
             << (c.same ? ", same" : ", valid");
}

const std::vector<Case> kCases = {
    {8, 8, 4, 4, 2, 3, 3, true},  {8, 16, 8, 8, 2, 3, 3, false}, {16, 1, 14, 14, 2, 3, 3, true},
    {3, 5, 5, 3, 2, 3, 3, true},  {5, 13, 2, 7, 2, 3, 3, false}, {2, 3, 3, 5, 2, 2, 2, true},
    {2, 7, 3, 4, 3, 3, 3, true},  {1, 4, 2, 3, 3, 5, 2, false},  {4, 2, 3, 2, 2, 5, 3, true},
    {3, 9, 5, 9, 2, 3, 3, true},  {5, 3, 3, 5, 2, 3, 3, false},  {3, 9, 1, 1, 2, 3, 3, true},
    {2, 2, 3, 3, 1, 3, 3, true},  {3, 2, 5, 4, 2, 3, 3, true},   {2, 3, 4, 3, 2, 1, 1, false},
    {1, 1, 2, 2, 4, 3, 3, false}, {2, 3, 3, 2, 2, 4, 6, true},
};

}  // namespace

TEST_CASE("A convolution folded into the up-sampling before it is the two, one after the other") {
  const Case c = GENERATE(from_range(kCases));
  CAPTURE(c);
  const int samples = 19, f = c.factor;
  Conv2dSizes s{c.in, c.out, c.kernel_height, c.kernel_width, 1, {}, {}};
  if (c.same) {
    s.rows = Padding::same(c.height * f, c.kernel_height, 1);
    s.columns = Padding::same(c.width * f, c.kernel_width, 1);
  }
  const Shape in{c.in, c.height, c.width}, large{c.in, c.height * f, c.width * f};
  const Shape out{c.out, s.rows.windows(c.height * f, c.kernel_height, 1),
                  s.columns.windows(c.width * f, c.kernel_width, 1)};
  const auto x = random_values(samples * elements(in), 1);
  const auto dy = random_values(samples * elements(out), 2);
  const auto kernel = random_values(s.weights(), 3), bias = random_values(c.out, 4);

  // Each agrees with naive sums by its own test.
  ConvResults<float> expected{
      {}, {}, std::vector<float>(kernel.size()), std::vector<float>(bias.size())};
  {
    Conv2dOp conv(s);
    conv.pack(kernel.data(), true);
    const Batch bx = batch_of(x, in), bdy = batch_of(dy, out, s.gradient_halo());
    Batch up(large, samples, s.input_halo()), dup(large, samples);
    Batch by(out, samples), bdx(in, samples);
    by.set_samples(samples), bdx.set_samples(samples);
    for (int b = 0; b < bx.blocks(); ++b) {
      up_sample_forward(f, f, bx.block(b), up.block(b));
      conv.forward(up.block(b), bias.data(), Activation::linear, by.block(b));
      conv.backward_data(bdy.block(b), dup.block(b));
      up_sample_backward(f, f, dup.block(b), bdx.block(b));
      conv.backward_weights(up.block(b), bdy.block(b), expected.dkernel.data(),
                            expected.dbias.data());
    }
    expected.y = plain(by), expected.dx = plain(bdx);
  }

  check_on_each_simd(expected, 1e-5, [&] {
    const UpConv2dOp op(s, f);
    return conv_results(op, batch_of(x, in, op.input_halo()), batch_of(dy, out, op.gradient_halo()),
                        kernel, bias);
  });
}

TEST_CASE("A folded convolution's relu, and the derivative of one before it, change no bit") {
  const Conv2dSizes s{3, 5, 3, 3, 1, {1, 1}, {1, 1}};
  UpConv2dOp op(s, 2);
  const auto kernel = random_values(s.weights(), 2), bias = random_values(5, 3);
  op.pack(kernel.data(), true);
  const Batch x = batch_of(random_values(16 * 3 * 3 * 5, 1), {3, 3, 5}, 1);
  const Batch dy = batch_of(random_values(16 * 5 * 6 * 10, 4), {5, 6, 10}, 1);
  Batch fused({5, 6, 10}, 16), apart({5, 6, 10}, 16), dfused({3, 3, 5}, 16), dapart({3, 3, 5}, 16);
  for (Batch* batch : {&fused, &apart, &dfused, &dapart}) batch->set_samples(16);
  op.forward(x.block(0), bias.data(), Activation::relu, fused.block(0));
  op.forward(x.block(0), bias.data(), Activation::linear, apart.block(0));
  activate(Activation::relu, apart.block(0), apart.block(0));
  CHECK(same_bits(plain(fused), plain(apart)));
  op.backward_data(dy.block(0), dfused.block(0), x.block(0));
  op.backward_data(dy.block(0), dapart.block(0));
  activate_backward(Activation::relu, x.block(0), dapart.block(0), dapart.block(0));
  CHECK(same_bits(plain(dfused), plain(dapart)));
}
