#include "pipeline/nn/simd.h"

#include <atomic>
#include <cstdlib>

#include "kernels/table.h"
#include "pipeline/error.h"

namespace pipeline::nn {
namespace {

bool has(Simd simd) {
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (simd == Simd::avx2) return avx2;
  return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

std::atomic<const kernels::Table*> in_use{nullptr};

const kernels::Table* table_of(Simd simd) {
  return simd == Simd::avx512 ? &kernels::kAvx512 : &kernels::kAvx2;
}

}  // namespace

std::string name(Simd simd) { return simd == Simd::avx512 ? "avx512" : "avx2"; }

std::vector<Simd> available_simd() {
  std::vector<Simd> found;
  for (Simd simd : {Simd::avx2, Simd::avx512})
    if (has(simd)) found.push_back(simd);
  return found;
}

Simd choose_simd(std::string_view wish) {
  const std::vector<Simd> available = available_simd();
  if (available.empty())
    throw Error(
        "this processor has neither AVX2 with FMA nor AVX-512; the numeric kernels need one of "
        "them");
  if (wish.empty()) return available.back();
  for (Simd simd : {Simd::avx2, Simd::avx512})
    if (name(simd) == wish) {
      if (has(simd)) return simd;
      throw Error("PIPELINE_SIMD is '" + std::string(wish) +
                  "', which this processor does not have; unset it, or set it to '" +
                  name(available.back()) + "'");
    }
  throw Error("PIPELINE_SIMD is '" + std::string(wish) +
              "'; it can be 'avx2' or 'avx512', or be unset to choose the fastest");
}

Simd simd_in_use() { return &kernels::table() == &kernels::kAvx512 ? Simd::avx512 : Simd::avx2; }

void use_simd(Simd simd) {
  if (!has(simd)) throw Error("this processor does not have " + name(simd));
  in_use = table_of(simd);
}

const kernels::Table& kernels::table() {
  if (const Table* table = in_use) return *table;
  const char* wish = std::getenv("PIPELINE_SIMD");
  in_use = table_of(choose_simd(wish ? wish : ""));
  return *in_use;
}

}  // namespace pipeline::nn
