#pragma once
#include <cstdint>
#include <random>
#include <vector>

namespace pipeline::data {

/// The numbers of numpy.random.RandomState(seed), whose sequence numpy has frozen (its "legacy"
/// generator): the Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998), bounded by masking and
/// rejection.
class NumpyRandom {
 public:
  explicit NumpyRandom(std::uint32_t seed) : twister_(seed) {}
  /// Uniform in 0 … max; no draw is made where max is 0.
  std::uint64_t interval(std::uint64_t max);
  /// RandomState.shuffle(): Fisher and Yates from the end.
  void shuffle(std::vector<std::int64_t>& values);
  /// RandomState.permutation(n) of 0 … n-1.
  std::vector<std::int64_t> permutation(std::int64_t n);
  /// RandomState.choice(values, count, replace=False).
  std::vector<std::int64_t> choice(const std::vector<std::int64_t>& values, std::size_t count);

 private:
  std::mt19937 twister_;
};

}  // namespace pipeline::data
