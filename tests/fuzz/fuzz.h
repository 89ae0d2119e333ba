#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

// What the fuzz targets share. Each target is a .cpp of this folder with LLVMFuzzerTestOneInput():
// tools/fuzz has libFuzzer drive it, the usual tests have seeds_main.cpp do so over
// seeds/<target>/. An exception that leaves it, a failed require() and whatever a sanitizer sees is
// a finding.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace pipeline::fuzz {

/// Ends the program unless `holds`, so that the input is kept.
inline void require(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %.*s\n", int(what.size()), what.data());
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// How many inputs were read to their end, and how many refused: seeds and their mutations are to
/// give both, or they do not test what they should.
struct Outcomes {
  long accepted = 0, refused = 0;
};
inline Outcomes outcomes;

}  // namespace pipeline::fuzz
