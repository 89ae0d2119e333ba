#include "pipeline/nn/pool.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "support.h"

using namespace pipeline;
using namespace pipeline::nn;

namespace {

struct Case {
  int channels, height, width;
  int size_y, size_x, stride_y, stride_x;
  bool same;
};
const std::vector<Case> kCases = {{16, 28, 28, 2, 2, 2, 2, true}, {8, 7, 7, 2, 2, 2, 2, true},
                                  {3, 7, 7, 2, 2, 2, 2, false},   {2, 9, 5, 3, 2, 3, 2, true},
                                  {2, 6, 7, 3, 3, 1, 1, true},    {1, 8, 9, 3, 2, 2, 3, false},
                                  {1, 1, 1, 1, 1, 1, 1, false}};

/// Runs `forward` on x, then `backward` on dy, block by block on every instruction set, and
/// compares with what is expected, y to within `tolerance`. Halos differ.
void check_there_and_back(const std::vector<float>& x, const Shape& in,
                          const std::vector<float>& dy, const Shape& out,
                          const std::vector<float>& y_expected, const auto& dx_expected,
                          const auto& forward, const auto& backward, double tolerance = 0) {
  const auto results = on_each_simd([&] {
    const Batch bx = batch_of(x, in, 1), bdy = batch_of(dy, out, 2);
    Batch by(out, bx.samples(), 1), bdx = batch_of(x, in, 3);  // with values to overwrite
    by.set_samples(bx.samples());
    for (int b = 0; b < bx.blocks(); ++b) {
      forward(bx.block(b), by.block(b));
      backward(bx.block(b), by.block(b), bdy.block(b), bdx.block(b));
    }
    CHECK(distance(plain(by), y_expected) <= tolerance);
    CHECK(halo_is_zero(by));
    CHECK(halo_is_zero(bdx));
    return plain(bdx);
  });
  CHECK(distance(results[0], dx_expected) < 1e-6);
  CHECK(all_same_bits(results));
}

}  // namespace

TEST_CASE("Max pooling takes the largest value in the window and sends the gradient there") {
  const Case c = GENERATE(from_range(kCases));
  CAPTURE(c.height, c.width, c.size_y, c.size_x, c.stride_y, c.stride_x, c.same);
  PoolSizes sizes{c.size_y, c.size_x, c.stride_y, c.stride_x, {}, {}};
  if (c.same) {
    sizes.rows = Padding::same(c.height, c.size_y, c.stride_y);
    sizes.columns = Padding::same(c.width, c.size_x, c.stride_x);
  }
  const int out_height = sizes.rows.windows(c.height, c.size_y, c.stride_y);
  const int out_width = sizes.columns.windows(c.width, c.size_x, c.stride_x);
  const Shape in{c.channels, c.height, c.width}, out{c.channels, out_height, out_width};
  const int samples = 18;
  std::vector<float> x = random_values(samples * elements(in), 5);
  for (float& v : x) v = std::round(v * 4) / 4;  // ties: the first one gets the gradient
  const auto dy = random_values(samples * elements(out), 6);

  std::vector<float> y_expected, dx_expected(x.size());
  for (int plane = 0; plane < samples * c.channels; ++plane)
    for (int r = 0; r < out_height; ++r)
      for (int q = 0; q < out_width; ++q) {
        int best = -1;
        for (int k = 0; k < c.size_y; ++k)
          for (int l = 0; l < c.size_x; ++l) {
            const int row = r * c.stride_y + k - sizes.rows.before;
            const int column = q * c.stride_x + l - sizes.columns.before;
            if (row < 0 || row >= c.height || column < 0 || column >= c.width) continue;
            const int at = (plane * c.height + row) * c.width + column;
            if (best < 0 || x[at] > x[best]) best = at;
          }
        dx_expected[best] += dy[y_expected.size()];
        y_expected.push_back(x[best]);
      }

  check_there_and_back(
      x, in, dy, out, y_expected, dx_expected,
      [&](const ConstBlock& bx, const Block& by) { max_pool_forward(sizes, bx, by); },
      [&](const ConstBlock& bx, const ConstBlock& by, const ConstBlock& bdy, const Block& bdx) {
        max_pool_backward(sizes, bx, by, bdy, bdx);
      });
}

TEST_CASE("Max pooling passes what is not a number on, and its gradient back") {
  // Each place of 2×2 in turn, and with another NaN behind it, whatever stands elsewhere.
  for (int place = 0; place < 4; ++place)
    for (bool two : {false, true}) {
      std::vector<float> x{-1, 2, 0.5f, 1};
      x[std::size_t(place)] = NAN;
      if (two) x[3] = NAN;
      on_each_simd([&] {
        const Batch in = batch_of(x, {1, 2, 2}), dy = batch_of({5}, {1, 1, 1});
        Batch y({1, 1, 1}, 1), dx({1, 2, 2}, 1);
        for (Batch* batch : {&y, &dx}) batch->set_samples(1);
        max_pool_forward({}, in.block(0), y.block(0));
        CHECK(std::isnan(plain(y)[0]));
        max_pool_backward({}, in.block(0), y.block(0), dy.block(0), dx.block(0));
        std::vector<float> expected(4);
        expected[std::size_t(place)] = 5;
        CHECK(plain(dx) == expected);
        return 0;
      });
    }
}

TEST_CASE("Average pooling shares the gradient among the values inside the image") {
  const Case c = GENERATE(from_range(kCases));
  CAPTURE(c.height, c.width, c.size_y, c.size_x, c.stride_y, c.stride_x, c.same);
  PoolSizes sizes{c.size_y, c.size_x, c.stride_y, c.stride_x, {}, {}};
  if (c.same) {
    sizes.rows = Padding::same(c.height, c.size_y, c.stride_y);
    sizes.columns = Padding::same(c.width, c.size_x, c.stride_x);
  }
  const int out_height = sizes.rows.windows(c.height, c.size_y, c.stride_y);
  const int out_width = sizes.columns.windows(c.width, c.size_x, c.stride_x);
  const Shape in{c.channels, c.height, c.width}, out{c.channels, out_height, out_width};
  const int samples = 18;
  const std::vector<float> x = random_values(samples * elements(in), 5);
  const auto dy = random_values(samples * elements(out), 6);
  std::vector<float> y_expected;
  std::vector<double> dx_expected(x.size());
  for (int plane = 0; plane < samples * c.channels; ++plane)
    for (int r = 0; r < out_height; ++r)
      for (int q = 0; q < out_width; ++q) {
        std::vector<int> window;
        for (int k = 0; k < c.size_y; ++k)
          for (int l = 0; l < c.size_x; ++l) {
            const int row = r * c.stride_y + k - sizes.rows.before;
            const int column = q * c.stride_x + l - sizes.columns.before;
            if (row >= 0 && row < c.height && column >= 0 && column < c.width)
              window.push_back((plane * c.height + row) * c.width + column);
          }
        double sum = 0;
        for (int at : window) {
          sum += double(x[at]);
          dx_expected[at] += double(dy[y_expected.size()]) / double(window.size());
        }
        y_expected.push_back(float(sum / double(window.size())));
      }
  check_there_and_back(
      x, in, dy, out, y_expected, dx_expected,
      [&](const ConstBlock& bx, const Block& by) { average_pool_forward(sizes, bx, by); },
      [&](const ConstBlock&, const ConstBlock&, const ConstBlock& bdy, const Block& bdx) {
        average_pool_backward(sizes, bdy, bdx);
      },
      1e-6);
}

TEST_CASE("Up-sampling repeats values and its gradient sums what was repeated") {
  const auto [rows, columns] = GENERATE(std::pair{2, 2}, std::pair{1, 3}, std::pair{3, 1});
  const Shape in = GENERATE(Shape{3, 4, 5}, Shape{1, 1, 1}, Shape{2, 1, 9}, Shape{17, 3, 1});
  CAPTURE(rows, columns, in);
  const Shape out{in[0], in[1] * rows, in[2] * columns};
  const int samples = 17;
  const auto x = random_values(samples * elements(in), 1);
  const auto dy = random_values(samples * elements(out), 2);
  std::vector<float> y_expected;
  std::vector<double> dx_expected(x.size());
  for (std::int64_t plane = 0; plane < samples * in[0]; ++plane)
    for (int r = 0; r < out[1]; ++r)
      for (int q = 0; q < out[2]; ++q) {
        const auto at = std::size_t((plane * in[1] + r / rows) * in[2] + q / columns);
        dx_expected[at] += dy[y_expected.size()];
        y_expected.push_back(x[at]);
      }

  check_there_and_back(
      x, in, dy, out, y_expected, dx_expected,
      [&](const ConstBlock& bx, const Block& by) { up_sample_forward(rows, columns, bx, by); },
      [&](const ConstBlock&, const ConstBlock&, const ConstBlock& bdy, const Block& bdx) {
        up_sample_backward(rows, columns, bdy, bdx);
      });
}
