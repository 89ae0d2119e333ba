#include "kernels.h"

#include <atomic>

#include "pipeline/simd.h"

namespace pipeline::tsne {
namespace {

std::atomic<const Kernels*> in_use{nullptr};

}  // namespace

const Kernels& kernels_of(Simd simd) { return simd == Simd::avx512 ? kAvx512 : kAvx2; }

void use_kernels(const Kernels& kernels) { in_use = &kernels; }

const Kernels& kernels() {
  if (const Kernels* chosen = in_use) return *chosen;
  in_use = &kernels_of(choose_simd({Simd::avx2, Simd::avx512}));
  return *in_use;
}

}  // namespace pipeline::tsne
