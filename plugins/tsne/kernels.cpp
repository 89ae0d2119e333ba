#include "kernels.h"

#include <atomic>
#include <cstdlib>
#include <string>

#include "pipeline/error.h"

namespace pipeline::tsne {
namespace {

bool has_avx2() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

bool has_avx512() { return has_avx2() && __builtin_cpu_supports("avx512f"); }

std::atomic<const Kernels*> in_use{nullptr};

}  // namespace

const Kernels& choose_kernels(std::string_view wish) {
  if (!has_avx2()) throw Error("this processor has no AVX2 with FMA, which t-SNE's kernels need");
  if (wish.empty()) return has_avx512() ? kAvx512 : kAvx2;
  if (wish == "avx2") return kAvx2;
  if (wish != "avx512")
    throw Error("PIPELINE_SIMD is '" + std::string(wish) +
                "'; it can be 'avx2' or 'avx512', or be unset to choose the fastest");
  if (!has_avx512())
    throw Error(
        "PIPELINE_SIMD is 'avx512', which this processor does not have; unset it, or set "
        "it to 'avx2'");
  return kAvx512;
}

void use_kernels(const Kernels& kernels) { in_use = &kernels; }

const Kernels& kernels() {
  if (const Kernels* chosen = in_use) return *chosen;
  const char* wish = std::getenv("PIPELINE_SIMD");
  in_use = &choose_kernels(wish ? wish : "");
  return *in_use;
}

}  // namespace pipeline::tsne
