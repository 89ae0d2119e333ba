#include "pipeline/nn/simd.h"

#include <atomic>

#include "kernels/table.h"
#include "pipeline/error.h"

namespace pipeline::nn {
namespace {

std::atomic<const kernels::Table*> in_use{nullptr};

const kernels::Table* table_of(Simd simd) {
  return simd == Simd::avx512 ? &kernels::kAvx512 : &kernels::kAvx2;
}

}  // namespace

std::vector<Simd> available_simd() {
  std::vector<Simd> found;
  for (Simd simd : {Simd::avx2, Simd::avx512})
    if (processor_has(simd)) found.push_back(simd);
  return found;
}

Simd simd_in_use() { return &kernels::table() == &kernels::kAvx512 ? Simd::avx512 : Simd::avx2; }

void use_simd(Simd simd) {
  if (!processor_has(simd)) throw Error("this processor does not have " + name(simd));
  in_use = table_of(simd);
}

const kernels::Table& kernels::table() {
  if (const Table* table = in_use) return *table;
  in_use = table_of(choose_simd({Simd::avx2, Simd::avx512}));
  return *in_use;
}

}  // namespace pipeline::nn
