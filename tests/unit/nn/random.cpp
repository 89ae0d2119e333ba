#include "pipeline/nn/random.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "pipeline/nn/initializer.h"
#include "support.h"

using namespace pipeline::nn;

TEST_CASE("Philox4x32-10 gives Random123's known answers") {
  // Random123, tests/kat_vectors.
  const std::uint32_t f = 0xffffffff;
  CHECK(philox({0, 0, 0, 0}, {0, 0}) ==
        PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox({f, f, f, f}, {f, f}) ==
        PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

namespace {

constexpr std::array<std::uint32_t, kLanes> kRows = {0, 1, 7, 59999, 2,          3,  4,  5,
                                                     6, 8, 9, 10,    0xffffffff, 11, 12, 13};

}  // namespace

TEST_CASE("A block's draws are each sample's own, on every instruction set") {
  const PhiloxKey key = stream_key(0x123456789abcdef0, 77);
  const int count = 10;
  const auto results = on_each_simd([&] {
    std::vector<float> out(std::size_t(count) * kLanes);
    BlockRandom(key, 3, purpose::kDropout, kRows).uniform(8, count, out.data());
    return out;
  });
  for (const auto& out : results)
    for (int i = 0; i < count; ++i)
      for (int lane = 0; lane < kLanes; ++lane) {
        const std::uint32_t position = 8 + std::uint32_t(i);
        const auto words = philox({position / 4, kRows[lane], 3, purpose::kDropout}, key);
        REQUIRE(out[std::size_t(i) * kLanes + lane] == unit_float(words[position % 4]));
      }
}

TEST_CASE("Normal draws are Box and Muller's of the uniform ones") {
  const PhiloxKey key = stream_key(5, 6);
  const int count = 4000;
  const auto results = on_each_simd([&] {
    std::vector<float> out(std::size_t(count) * kLanes);
    BlockRandom(key, 0, purpose::kNoise, kRows).normal(0, count, out.data());
    return out;
  });
  CHECK(all_same_bits(results));
  std::vector<float> uniform(std::size_t(count) * kLanes);
  BlockRandom(key, 0, purpose::kNoise, kRows).uniform(0, count, uniform.data());
  double worst = 0, sum = 0, squares = 0;
  for (int i = 0; i < count; i += 2)
    for (int lane = 0; lane < kLanes; ++lane) {
      const std::size_t at = std::size_t(i) * kLanes + lane;
      const double radius = std::sqrt(-2 * std::log(1.0 - uniform[at]));
      const double angle = 2 * M_PI * uniform[at + kLanes];
      const double found[2] = {results[0][at], results[0][at + kLanes]};
      worst = std::max({worst, std::abs(found[0] - radius * std::cos(angle)),
                        std::abs(found[1] - radius * std::sin(angle))});
      for (double v : found) sum += v, squares += v * v;
    }
  CHECK(worst < 2e-6);
  const double n = count * kLanes;
  CHECK(std::abs(sum / n) < 4 / std::sqrt(n));
  CHECK(squares / n == Approx(1).epsilon(0.03));
}

TEST_CASE("Streams, seeds, epochs and purposes all change the draws") {
  const auto draw = [](std::uint64_t seed, std::uint32_t stream, std::uint32_t epoch,
                       std::uint32_t purpose) {
    std::vector<float> out(4 * kLanes);
    BlockRandom(stream_key(seed, stream), epoch, purpose, kRows).uniform(0, 4, out.data());
    return out;
  };
  const auto base = draw(1, 2, 3, 4);
  CHECK(base == draw(1, 2, 3, 4));
  CHECK(base != draw(2, 2, 3, 4));
  CHECK(base != draw(1ull << 40 | 1, 2, 3, 4));
  CHECK(base != draw(1, 3, 3, 4));
  CHECK(base != draw(1, 2, 4, 4));
  CHECK(base != draw(1, 2, 3, 5));
}

TEST_CASE("A permutation holds every number once and is uniform enough") {
  for (std::uint32_t n : {0u, 1u, 2u, 5400u}) {
    auto order = permutation(n, 4487, 3);
    REQUIRE(order.size() == n);
    CHECK(order == permutation(n, 4487, 3));
    if (n > 2) CHECK(order != permutation(n, 4487, 4));
    std::sort(order.begin(), order.end());
    for (std::uint32_t i = 0; i < n; ++i) REQUIRE(order[i] == i);
  }
  int first[3] = {};
  for (std::uint32_t epoch = 0; epoch < 3000; ++epoch) ++first[permutation(3, 1, epoch)[0]];
  for (int count : first) CHECK(std::abs(count - 1000) < 120);  // 4.6 standard deviations
}

TEST_CASE("Glorot's uniform draws fill their interval and nothing else") {
  std::vector<float> values(10000);
  const Initializer glorot = Initializer::glorot_uniform(784, 512);
  CHECK(glorot.spread == Approx(0.06804138174).epsilon(1e-6));  // sqrt(6 / 1296)
  glorot.fill(values, {10000}, 1, 2);
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  CHECK(*low >= -glorot.spread);
  CHECK(*low < -0.99f * glorot.spread);
  CHECK(*high < glorot.spread);
  CHECK(*high > 0.99f * glorot.spread);
  double sum = 0;
  for (float v : values) sum += v;
  CHECK(std::abs(sum / 10000) < 4 * glorot.spread / std::sqrt(3.0 * 10000));
}

TEST_CASE("Dropout follows the uniform draws, value by value") {
  const pipeline::Shape sample{3, 2, 5};
  const auto x = random_values(16 * 30, 9);
  const BlockRandom random(stream_key(5, 6), 2, purpose::kDropout, kRows);
  std::vector<float> drawn(30 * kLanes);
  random.uniform(0, 30, drawn.data());
  const auto results = on_each_simd([&] {
    const Batch in = batch_of(x, sample, 1);
    Batch out(sample, 16, 2);
    out.set_samples(16);
    random.dropout(0.25f, in.block(0), out.block(0));
    CHECK(halo_is_zero(out));
    return plain(out);
  });
  CHECK(all_same_bits(results));
  for (int s = 0; s < 16; ++s)
    for (int i = 0; i < 30; ++i) {
      const float factor = drawn[std::size_t(i * kLanes + s)] < 0.25f ? 0 : 1 / 0.75f;
      REQUIRE(results[0][std::size_t(s * 30 + i)] == x[std::size_t(s * 30 + i)] * factor);
    }
}
