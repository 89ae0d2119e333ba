#include "pipeline/simd.h"

#include <catch2/catch.hpp>

using namespace pipeline;
using Catch::Matchers::Contains;

TEST_CASE("An instruction set is chosen by its name, or is the fastest that there is") {
  CHECK(processor_has(Simd::baseline));
  CHECK(choose_simd({Simd::baseline}, "") == Simd::baseline);
  for (Simd simd : {Simd::baseline, Simd::avx2, Simd::avx512}) {
    INFO(name(simd));
    if (processor_has(simd)) {
      CHECK(choose_simd({Simd::baseline, Simd::avx2, Simd::avx512}, name(simd)) == simd);
      CHECK(choose_simd({Simd::baseline, simd}, "") == simd);
    } else {
      CHECK(choose_simd({Simd::baseline, simd}, "") == Simd::baseline);
      CHECK_THROWS_WITH(choose_simd({Simd::baseline, simd}, name(simd)),
                        Contains("which this processor does not have; unset it, or set it to "
                                 "'baseline'"));
      CHECK_THROWS_WITH(choose_simd({simd}, ""), Contains("this processor does not have"));
    }
  }
}

TEST_CASE("A wish for an instruction set without a build is refused with those there are") {
  CHECK_THROWS_WITH(choose_simd({Simd::baseline, Simd::avx2, Simd::avx512}, "sse9"),
                    "PIPELINE_SIMD is 'sse9'; here it can be 'baseline', 'avx2' or 'avx512', or "
                    "be unset to choose the fastest");
  CHECK_THROWS_WITH(choose_simd({Simd::baseline}, "avx2"),
                    "PIPELINE_SIMD is 'avx2'; here it can be 'baseline', or be unset to choose "
                    "the fastest");
}
