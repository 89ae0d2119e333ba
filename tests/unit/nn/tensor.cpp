#include "pipeline/nn/tensor.h"

#include <catch2/catch.hpp>
#include <numeric>

#include "support.h"

using namespace pipeline;
using namespace pipeline::nn;

TEST_CASE("A batch holds rows of a data set and gives them back") {
  struct Case {
    Shape sample;
    int halo;
  };
  const Case c = GENERATE(Case{{7}, 0}, Case{{33}, 2}, Case{{5, 3}, 1}, Case{{2, 3, 4}, 0},
                          Case{{2, 3, 20}, 2}, Case{{2, 2, 3, 4}, 1}, Case{{}, 0});
  CAPTURE(to_string(c.sample), c.halo);
  const std::int64_t values = elements(c.sample);
  std::vector<float> rows(std::size_t(40 * values));
  std::iota(rows.begin(), rows.end(), 1.0f);
  Batch batch(c.sample, 32, c.halo);
  const std::vector<std::uint32_t> indices = {39, 0, 5,  5,  1,  2,  3,  4,  6, 7,
                                              8,  9, 10, 11, 12, 13, 14, 15, 16};
  batch.gather(rows, indices);
  CHECK(batch.samples() == 19);
  CHECK(batch.blocks() == 2);
  CHECK(batch.lanes(1) == 3);
  CHECK(halo_is_zero(batch));
  const std::vector<float> back = plain(batch);
  for (std::size_t s = 0; s < indices.size(); ++s)
    for (std::int64_t i = 0; i < values; ++i)
      REQUIRE(back[s * values + i] == rows[indices[s] * values + i]);
}

TEST_CASE("Values lie channel by channel, row by row, with the samples innermost") {
  std::vector<float> rows(2 * 12);
  std::iota(rows.begin(), rows.end(), 0.0f);
  Batch batch({2, 2, 3}, 2, 1);
  batch.gather(rows, 0, 2);
  const ConstBlock block = std::as_const(batch).block(0);
  CHECK(block.row(0, 0) == block.data + (1 * 5 + 1) * 16);  // (row + halo)·5 + column + halo
  CHECK(block.at(1, 0, 2, 1) == 12 + 6 + 0 + 2);
  CHECK(block.channel_stride() == 4 * 5 * 16);
  CHECK(reinterpret_cast<std::uintptr_t>(block.data) % 64 == 0);
}

TEST_CASE("Lanes without a sample are zero after gather, also where samples were before") {
  Batch batch({4}, 16);
  const std::vector<float> rows(16 * 4, 3.0f);
  batch.gather(rows, 0, 16);
  batch.gather(rows, 0, 2);
  for (int lane = 0; lane < 16; ++lane)
    CHECK(batch.block(0).at(2, 0, 0, lane) == (lane < 2 ? 3 : 0));
}

TEST_CASE("Rows that are not there and samples that do not fit are errors") {
  Batch batch({2}, 16);
  const std::vector<float> rows(6);
  CHECK_THROWS_WITH(batch.gather(rows, std::vector<std::uint32_t>{3}),
                    "row 3 of a data set of 3 rows was asked for");
  CHECK_THROWS_WITH(batch.gather(rows, 2, 2), "rows 2 to 4 of a data set of 3 rows were asked for");
  CHECK_THROWS_WITH(batch.set_samples(17), "a batch for 16 samples cannot hold 17");
  CHECK_THROWS_WITH(Batch({0, 3}, 1), Catch::Contains("cannot be laid out in blocks"));
  CHECK_THROWS_WITH(Batch({kUnknown}, 1), Catch::Contains("every size has to be known"));
}
