#pragma once
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/testing.h"

namespace pipeline::analysis {

inline testing::Components& components() {
  static testing::Components made;
  return made;
}

using testing::message_of;
using testing::output;
using testing::values;

/// Numbers in (-1, 1) by a formula (the 64-bit generator of Knuth's MMIX).
template <class T>
std::vector<T> made_numbers(std::size_t count, std::uint64_t seed = 1) {
  std::vector<T> numbers;
  std::uint64_t state = seed;
  for (std::size_t i = 0; i < count; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    numbers.push_back(T(double(std::int64_t(state >> 11)) * 0x1p-52 - 1));
  }
  return numbers;
}

}  // namespace pipeline::analysis
