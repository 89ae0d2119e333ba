#pragma once
#include <Random123/philox.h>

#include <cstdint>

namespace pipeline::data {

/// The draws of one sample: a function of seed, purpose and the sample's index, whatever was drawn
/// for others (Philox4x32-10; Salmon et al., 2011).
class SampleRandom {
 public:
  SampleRandom(std::uint64_t seed, std::uint32_t purpose, std::uint64_t sample)
      : key_{{std::uint32_t(seed), std::uint32_t(seed >> 32)}},
        counter_{{0, purpose, std::uint32_t(sample), std::uint32_t(sample >> 32)}} {}

  std::uint32_t word() {
    if (used_ == 4) {
      words_ = r123::Philox4x32()(counter_, key_);
      ++counter_[0];
      used_ = 0;
    }
    return words_[used_++];
  }
  /// Uniform in [low, high).
  double uniform(double low, double high) { return low + (high - low) * (word() * 0x1p-32); }
  /// Bell-shaped in (-width, width), standard deviation width / √6: the sum of two uniforms.
  double bell(double width) {
    return uniform(-width / 2, width / 2) + uniform(-width / 2, width / 2);
  }
  /// Uniform in 0 … n-1.
  int below(int n) { return int(std::uint64_t(word()) * std::uint64_t(n) >> 32); }

 private:
  r123::Philox4x32::key_type key_;
  r123::Philox4x32::ctr_type counter_, words_;
  unsigned used_ = 4;
};

}  // namespace pipeline::data
