#include "pipeline/nn/conv2d.h"

#include <catch2/catch.hpp>

#include "conv_results.h"

using namespace pipeline;
using namespace pipeline::nn;

namespace {

struct Case {
  int in, out, height, width, kernel_height, kernel_width, stride;
  bool same;
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.in << "→" << c.out << " channels, " << c.height << "×" << c.width << ", kernel "
             << c.kernel_height << "×" << c.kernel_width << ", stride " << c.stride
             << (c.same ? ", same" : ", valid");
}

const std::vector<Case> kCases = {
    {1, 16, 28, 28, 3, 3, 1, true},  {16, 8, 14, 14, 3, 3, 1, true}, {8, 8, 7, 7, 3, 3, 1, true},
    {8, 16, 16, 16, 3, 3, 1, false}, {16, 1, 28, 28, 3, 3, 1, true}, {3, 5, 5, 9, 3, 3, 1, true},
    {2, 7, 6, 5, 2, 2, 1, true},     {2, 7, 6, 5, 4, 2, 1, true},    {2, 3, 6, 7, 1, 1, 1, false},
    {5, 13, 9, 11, 5, 3, 1, true},   {1, 1, 3, 3, 3, 3, 1, false},   {4, 9, 8, 7, 7, 7, 1, true},
    {3, 6, 7, 9, 3, 3, 2, true},     {3, 6, 8, 8, 3, 2, 2, false},   {2, 5, 9, 7, 2, 2, 3, true},
    {1, 4, 5, 5, 1, 1, 2, true},     {2, 10, 1, 1, 3, 3, 1, true},   {3, 1, 5, 9, 2, 2, 1, true},
    {2, 3, 7, 16, 3, 3, 1, false},
};

Conv2dSizes sizes_of(const Case& c) {
  Conv2dSizes s{c.in, c.out, c.kernel_height, c.kernel_width, c.stride, {}, {}};
  if (c.same) {
    s.rows = Padding::same(c.height, c.kernel_height, c.stride);
    s.columns = Padding::same(c.width, c.kernel_width, c.stride);
  }
  return s;
}

/// Every product of the convolution: f(sample, o, i, k, l, output row, output column, x's index).
template <class F>
void each_product(const Case& c, int samples, int out_height, int out_width, F f) {
  const Conv2dSizes s = sizes_of(c);
  for (int n = 0; n < samples; ++n)
    for (int o = 0; o < c.out; ++o)
      for (int i = 0; i < c.in; ++i)
        for (int k = 0; k < c.kernel_height; ++k)
          for (int l = 0; l < c.kernel_width; ++l)
            for (int r = 0; r < out_height; ++r)
              for (int q = 0; q < out_width; ++q) {
                const int y = r * c.stride + k - s.rows.before;
                const int x = q * c.stride + l - s.columns.before;
                if (y < 0 || y >= c.height || x < 0 || x >= c.width) continue;
                f(((n * c.out + o) * out_height + r) * out_width + q,
                  ((n * c.in + i) * c.height + y) * c.width + x,
                  ((o * c.in + i) * c.kernel_height + k) * c.kernel_width + l);
              }
}

}  // namespace

TEST_CASE("Convolutions and their gradients agree with the naive sums, whatever the sizes") {
  const Case c = GENERATE(from_range(kCases));
  CAPTURE(c);
  const int samples = 19;  // two blocks, the second of three
  const Conv2dSizes s = sizes_of(c);
  const int out_height = s.rows.windows(c.height, c.kernel_height, c.stride);
  const int out_width = s.columns.windows(c.width, c.kernel_width, c.stride);
  const Shape in{c.in, c.height, c.width}, out{c.out, out_height, out_width};
  const auto x = random_values(samples * elements(in), 1);
  const auto dy = random_values(samples * elements(out), 2);
  const auto kernel = random_values(s.weights(), 3), bias = random_values(c.out, 4);

  ConvResults<double> expected{std::vector<double>(dy.size()), std::vector<double>(x.size()),
                               std::vector<double>(kernel.size()),
                               std::vector<double>(bias.size())};
  const int area = out_height * out_width;
  for (std::size_t i = 0; i < dy.size(); ++i) {
    expected.y[i] = bias[i / area % c.out];
    expected.dbias[i / area % c.out] += dy[i];
  }
  each_product(c, samples, out_height, out_width, [&](int out_at, int in_at, int w_at) {
    expected.y[out_at] += double(kernel[w_at]) * x[in_at];
    expected.dx[in_at] += double(kernel[w_at]) * dy[out_at];
    expected.dkernel[w_at] += double(x[in_at]) * dy[out_at];
  });

  check_on_each_simd(expected, 2e-5, [&] {
    return conv_results(Conv2dOp(s), batch_of(x, in, s.input_halo()),
                        batch_of(dy, out, s.gradient_halo()), kernel, bias);
  });
}

TEST_CASE("A convolution's relu in the kernel gives the bits of one behind it") {
  const Conv2dSizes s{3, 5, 3, 3, 1, {1, 1}, {1, 1}};
  const auto x = random_values(16 * 3 * 6 * 7, 1), kernel = random_values(s.weights(), 2);
  const auto bias = random_values(5, 3);
  const Batch bx = batch_of(x, {3, 6, 7}, 1);
  Conv2dOp op(s);
  op.pack(kernel.data(), false);
  Batch fused({5, 6, 7}, 16), apart({5, 6, 7}, 16);
  fused.set_samples(16), apart.set_samples(16);
  op.forward(bx.block(0), bias.data(), Activation::relu, fused.block(0));
  op.forward(bx.block(0), bias.data(), Activation::linear, apart.block(0));
  activate(Activation::relu, apart.block(0), apart.block(0));
  CHECK(same_bits(plain(fused), plain(apart)));
}

TEST_CASE("Padding 'same' is Keras': ceil(size / stride) windows, an odd zero behind") {
  // tf.nn's formula; 28 and 7 by hand.
  CHECK(Padding::same(28, 3, 1).before == 1);
  CHECK(Padding::same(28, 2, 1).before == 0);
  CHECK(Padding::same(28, 2, 1).after == 1);
  CHECK(Padding::same(7, 2, 2).windows(7, 2, 2) == 4);
  CHECK(Padding::same(7, 3, 2).before == 1);
  CHECK(Padding::same(8, 3, 2).before == 0);
  CHECK(Padding::same(8, 3, 2).after == 1);
  CHECK(Padding{}.windows(2, 3, 1) == 0);
}
