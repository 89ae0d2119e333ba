#include "sieve.h"

#include <cstdlib>
#include <string>

#include "pipeline/error.h"

namespace pipeline::analysis {
namespace {

bool has_avx2() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

bool has_avx512() { return has_avx2() && __builtin_cpu_supports("avx512f"); }

}  // namespace

const Sieve& choose_sieve(std::string_view wish) {
  if (wish.empty()) return has_avx512() ? kSieveAvx512 : has_avx2() ? kSieveAvx2 : kSieveBaseline;
  if (wish == "baseline") return kSieveBaseline;
  if (wish != "avx2" && wish != "avx512")
    throw Error("PIPELINE_SIMD is '" + std::string(wish) +
                "'; it can be 'baseline', 'avx2' or 'avx512', or be unset to choose the fastest");
  if (wish == "avx2" ? !has_avx2() : !has_avx512())
    throw Error("PIPELINE_SIMD is '" + std::string(wish) +
                "', which this processor does not have; unset it to choose the fastest");
  return wish == "avx2" ? kSieveAvx2 : kSieveAvx512;
}

const Sieve& sieve() {
  const char* const wish = std::getenv("PIPELINE_SIMD");
  return choose_sieve(wish ? wish : "");
}

}  // namespace pipeline::analysis
