#include "numpy_random.h"

#include <bit>
#include <numeric>
#include <utility>

namespace pipeline::data {

std::uint64_t NumpyRandom::interval(std::uint64_t max) {
  if (max == 0) return 0;
  const std::uint64_t mask = ~std::uint64_t{0} >> std::countl_zero(max);
  for (;;) {
    std::uint64_t value = twister_();
    if (max > 0xffffffff) value = value << 32 | twister_();
    if ((value & mask) <= max) return value & mask;
  }
}

void NumpyRandom::shuffle(std::vector<std::int64_t>& values) {
  for (std::size_t i = values.size(); i-- > 1;) std::swap(values[i], values[interval(i)]);
}

std::vector<std::int64_t> NumpyRandom::permutation(std::int64_t n) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(n));
  std::iota(values.begin(), values.end(), std::int64_t{0});
  shuffle(values);
  return values;
}

std::vector<std::int64_t> NumpyRandom::choice(const std::vector<std::int64_t>& values,
                                              std::size_t count) {
  std::vector<std::int64_t> chosen = permutation(std::int64_t(values.size()));
  chosen.resize(count);
  for (std::int64_t& index : chosen) index = values[std::size_t(index)];
  return chosen;
}

}  // namespace pipeline::data
