#include "pipeline/nn/simd.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace pipeline;
using namespace pipeline::nn;

TEST_CASE("The instruction set in use is one of those that this processor has") {
  const std::vector<Simd> available = available_simd();
  CHECK(std::find(available.begin(), available.end(), simd_in_use()) != available.end());
  CHECK_THROWS_WITH(choose_simd({Simd::avx2, Simd::avx512}, "baseline"),
                    "PIPELINE_SIMD is 'baseline'; here it can be 'avx2' or 'avx512', or be unset "
                    "to choose the fastest");
}
