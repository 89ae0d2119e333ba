#include "pipeline/nn/dense.h"

#include <catch2/catch.hpp>

#include "support.h"

using namespace pipeline;
using namespace pipeline::nn;

TEST_CASE("Dense layers and their gradients agree with the naive sums, whatever the sizes") {
  struct Case {
    int inputs, outputs, samples;
  };
  const Case c = GENERATE(Case{784, 10, 128}, Case{10, 784, 24}, Case{1, 1, 1}, Case{3, 5, 17},
                          Case{130, 49, 100}, Case{257, 97, 150}, Case{128, 3, 16},
                          Case{17, 50, 64}, Case{16, 96, 33});
  CAPTURE(c.inputs, c.outputs, c.samples);
  const auto x = random_values(std::size_t(c.samples) * c.inputs, 1);
  const auto dy = random_values(std::size_t(c.samples) * c.outputs, 2);
  const auto kernel = random_values(std::size_t(c.inputs) * c.outputs, 3);
  const auto bias = random_values(c.outputs, 4);

  std::vector<double> y_expected(dy.size()), dx_expected(x.size()), dk_expected(kernel.size()),
      db_expected(bias.size());
  for (int n = 0; n < c.samples; ++n)
    for (int o = 0; o < c.outputs; ++o) {
      const int at = n * c.outputs + o;
      y_expected[at] = bias[o];
      db_expected[o] += dy[at];
      for (int i = 0; i < c.inputs; ++i) {
        y_expected[at] += double(kernel[o * c.inputs + i]) * x[n * c.inputs + i];
        dx_expected[n * c.inputs + i] += double(kernel[o * c.inputs + i]) * dy[at];
        dk_expected[o * c.inputs + i] += double(x[n * c.inputs + i]) * dy[at];
      }
    }

  std::vector<std::vector<float>> ys, dxs, dks, dbs;
  for (int threads : {1, 2, 4}) {
    const Threads pool(threads);
    on_each_simd([&] {
      const Batch bx = batch_of(x, {c.inputs}), bdy = batch_of(dy, {c.outputs});
      Batch by({c.outputs}, c.samples), bdx({c.inputs}, c.samples);
      by.set_samples(c.samples), bdx.set_samples(c.samples);
      std::vector<float> dk(kernel.size()), db(bias.size());
      AlignedFloats scratch;
      dense_forward(kernel.data(), bias.data(), bx, false, by, pool);
      dense_backward_data(kernel.data(), bdy, bdx, pool);
      dense_backward_weights(bx, bdy, dk.data(), db.data(), scratch, pool);
      ys.push_back(plain(by)), dxs.push_back(plain(bdx)), dks.push_back(dk), dbs.push_back(db);
      return 0;
    });
  }
  CHECK(distance(ys[0], y_expected) < 2e-5);
  CHECK(distance(dxs[0], dx_expected) < 2e-5);
  CHECK(distance(dks[0], dk_expected) < 2e-5);
  CHECK(distance(dbs[0], db_expected) < 2e-5);
  CHECK(all_same_bits(ys));
  CHECK(all_same_bits(dxs));
  CHECK(all_same_bits(dks));
  CHECK(all_same_bits(dbs));
}
