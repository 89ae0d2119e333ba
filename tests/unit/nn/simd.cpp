#include "pipeline/nn/simd.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>

#include "support.h"

using namespace pipeline::nn;

TEST_CASE("An instruction set is known by its name, and one in use is available") {
  CHECK(name(Simd::avx2) == "avx2");
  CHECK(name(Simd::avx512) == "avx512");
  bool found = false;
  for (Simd simd : available_simd()) found |= simd == simd_in_use();
  CHECK(found);
}

TEST_CASE("A wish for an instruction set is fulfilled or refused with a reason") {
  CHECK(choose_simd("") == available_simd().back());
  CHECK(choose_simd("avx2") == Simd::avx2);
  CHECK_THROWS_WITH(choose_simd("sse2"),
                    "PIPELINE_SIMD is 'sse2'; it can be 'avx2' or 'avx512', or be unset to choose "
                    "the fastest");
  if (available_simd().size() == 1)
    CHECK_THROWS_WITH(choose_simd("avx512"), Catch::Contains("which this processor does not have"));
  else CHECK(choose_simd("avx512") == Simd::avx512);
}
