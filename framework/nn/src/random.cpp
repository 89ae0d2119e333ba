#include "pipeline/nn/random.h"

#include <numeric>
#include <vector>

#include "views.h"

namespace pipeline::nn {

PhiloxCounter philox(PhiloxCounter c, PhiloxKey key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53} * c[0];
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57} * c[2];
    c = {std::uint32_t(p1 >> 32) ^ c[1] ^ key[0], std::uint32_t(p1),
         std::uint32_t(p0 >> 32) ^ c[3] ^ key[1], std::uint32_t(p0)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return c;
}

PhiloxKey stream_key(std::uint64_t seed, std::uint32_t stream) {
  const PhiloxCounter mixed =
      philox({std::uint32_t(seed), std::uint32_t(seed >> 32), stream, 0}, {0x6c7078, 0x6e6e});
  return {mixed[0], mixed[1]};
}

std::uint32_t stream_of(std::string_view name) {
  std::uint32_t hash = 2166136261u;
  for (char c : name) hash = (hash ^ std::uint8_t(c)) * 16777619u;
  return hash;
}

BlockRandom::BlockRandom(PhiloxKey key, std::uint32_t epoch, std::uint32_t purpose,
                         std::span<const std::uint32_t, kLanes> samples)
    : key_(key), epoch_(epoch), purpose_(purpose) {
  std::copy(samples.begin(), samples.end(), samples_.begin());
}

void BlockRandom::uniform(std::uint32_t first, int count, float* out) const {
  kernels::table().uniform({{key_[0], key_[1]}, epoch_, purpose_, samples_.data()}, first, count,
                           out);
}

void BlockRandom::normal(std::uint32_t first, int count, float* out) const {
  kernels::table().normal({{key_[0], key_[1]}, epoch_, purpose_, samples_.data()}, first, count,
                          out);
}

void BlockRandom::dropout(float rate, const ConstBlock& x, const Block& y) const {
  kernels::table().dropout({{key_[0], key_[1]}, epoch_, purpose_, samples_.data()}, rate, view(x),
                           view(y));
}

void fill_uniform(std::span<float> values, float limit, std::uint64_t seed, std::uint32_t stream) {
  const PhiloxKey key = stream_key(seed, stream);
  for (std::size_t i = 0; i < values.size(); i += 4) {
    const PhiloxCounter words =
        philox({std::uint32_t(i / 4), std::uint32_t(i >> 34), 0, purpose::kInitialise}, key);
    for (std::size_t j = 0; j < 4 && i + j < values.size(); ++j)
      values[i + j] = 2 * limit * unit_float(words[j]) - limit;
  }
}

std::vector<std::uint32_t> permutation(std::uint32_t n, std::uint64_t seed, std::uint32_t epoch) {
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0u);
  const PhiloxKey key = stream_key(seed, 0);
  for (std::uint32_t i = n; i > 1; --i) {
    const PhiloxCounter words = philox({i, 0, epoch, purpose::kShuffle}, key);
    // 64 bits times i, upper part: uniform to 2^-32.
    const std::uint64_t high = std::uint64_t(words[0]) * i;
    const std::uint64_t low = std::uint64_t(words[1]) * i;
    std::swap(order[i - 1], order[(high + (low >> 32)) >> 32]);
  }
  return order;
}

}  // namespace pipeline::nn
