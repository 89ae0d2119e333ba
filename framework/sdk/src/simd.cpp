#include "pipeline/simd.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "pipeline/error.h"

namespace pipeline {
namespace {

/// "'avx2' or 'avx512'"
std::string names(const std::vector<Simd>& builds) {
  std::string text;
  for (std::size_t i = 0; i < builds.size(); ++i) {
    if (i > 0) text += i + 1 == builds.size() ? " or " : ", ";
    text.append("'").append(name(builds[i])).append("'");
  }
  return text;
}

}  // namespace

std::string name(Simd simd) {
  return simd == Simd::baseline ? "baseline" : simd == Simd::avx2 ? "avx2" : "avx512";
}

bool processor_has(Simd simd) {
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  switch (simd) {
    case Simd::baseline: return true;
    case Simd::avx2: return avx2;
    case Simd::avx512:
      return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  }
  return false;
}

Simd choose_simd(std::initializer_list<Simd> builds) {
  const char* wish = std::getenv("PIPELINE_SIMD");
  return choose_simd(builds, wish ? wish : "");
}

Simd choose_simd(std::initializer_list<Simd> builds, std::string_view wish) {
  std::vector<Simd> there;
  std::copy_if(builds.begin(), builds.end(), std::back_inserter(there), processor_has);
  if (there.empty())
    throw Error("these kernels need " + names(builds) + ", which this processor does not have");
  if (wish.empty()) return there.back();
  const auto wanted =
      std::find_if(builds.begin(), builds.end(), [&](Simd build) { return name(build) == wish; });
  if (wanted == builds.end())
    throw Error("PIPELINE_SIMD is '" + std::string(wish) + "'; here it can be " + names(builds) +
                ", or be unset to choose the fastest");
  if (!processor_has(*wanted))
    throw Error("PIPELINE_SIMD is '" + std::string(wish) +
                "', which this processor does not have; unset it, or set it to " + names(there));
  return *wanted;
}

}  // namespace pipeline
