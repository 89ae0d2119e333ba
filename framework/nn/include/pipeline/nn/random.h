#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "pipeline/nn/tensor.h"

// Random numbers by counter: a draw is a function of what it is for, not of what was drawn before
// (Salmon et al., 2011: "Parallel random numbers: as easy as 1, 2, 3"; Philox4x32-10).

namespace pipeline::nn {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;
/// Ten rounds of Philox4x32.
PhiloxCounter philox(PhiloxCounter counter, PhiloxKey key);

/// The key of one stream of draws under a seed (both are mixed into all of its 64 bits): the first
/// two words of philox({seed's lower word, its upper one, stream, 0}, {0x6c7078, 0x6e6e}).
PhiloxKey stream_key(std::uint64_t seed, std::uint32_t stream);
/// A stream's number from its name (FNV-1a), so that it does not move when others come or go.
std::uint32_t stream_of(std::string_view name);

/// A word as a float in [0, 1): its upper 24 bits.
inline float unit_float(std::uint32_t word) { return float(word >> 8) * 0x1p-24f; }

/// What a draw is for: draws of different purposes of one stream are independent.
namespace purpose {
inline constexpr std::uint32_t kInitialise = 1, kDropout = 2, kNoise = 3, kShuffle = 4;
}

/// The draws of one layer for the 16 samples of one block. Value `position` of sample s is word
/// position % 4 of philox({position / 4, s, epoch, purpose}, key); the key is the stream's that the
/// layer's path names ("encoder/dropout_1").
class BlockRandom {
 public:
  BlockRandom(PhiloxKey key, std::uint32_t epoch, std::uint32_t purpose,
              std::span<const std::uint32_t, kLanes> samples);
  /// Uniform in [0, 1): out[i][lane] is value `first + i` of the lane's sample. `first` is a
  /// multiple of 4; `out` holds count·16 floats.
  void uniform(std::uint32_t first, int count, float* out) const;
  /// Standard normal, by Box and Muller from the uniforms u, v at positions 2k, 2k + 1: of
  /// r = sqrt(-2·ln(1 - u)), values 2k and 2k + 1 are r·cos(2π·v) and r·sin(2π·v).
  void normal(std::uint32_t first, int count, float* out) const;
  /// y = x / (1 - rate) where the uniform draw at the value's place in C order is at least `rate`,
  /// else 0; x and y agree in channels, height and width, and may be the same block.
  void dropout(float rate, const ConstBlock& x, const Block& y) const;

 private:
  PhiloxKey key_;
  std::uint32_t epoch_, purpose_;
  std::array<std::uint32_t, kLanes> samples_;
};

/// `values` uniform in [-limit, limit), limit being 0 or a normal float: value i comes from
/// position i of sample 0 and epoch 0 of (stream, kInitialise), as 2·limit·uniform - limit. The
/// stream is the one that the weight's path names ("encoder/dense_1/kernel").
void fill_uniform(std::span<float> values, float limit, std::uint64_t seed, std::uint32_t stream);

/// A permutation of 0 … n-1 that depends on seed and epoch alone (Fisher and Yates): for i from n
/// down to 2, place i - 1 changes with place floor(i·w / 2^64), w being words 0 (the upper) and 1
/// of philox({i, 0, epoch, kShuffle}, stream_key(seed, 0)).
std::vector<std::uint32_t> permutation(std::uint32_t n, std::uint64_t seed, std::uint32_t epoch);

}  // namespace pipeline::nn
