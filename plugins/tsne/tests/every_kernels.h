#pragma once
#include <vector>

#include "kernels.h"
#include "pipeline/simd.h"

namespace pipeline::tsne {

/// The kernels' builds that this machine can run.
inline std::vector<const Kernels*> every_kernels() {
  std::vector<const Kernels*> found;
  for (Simd simd : {Simd::avx2, Simd::avx512})
    if (processor_has(simd)) found.push_back(&kernels_of(simd));
  return found;
}

/// Stands in the tests where a kernel may not write.
constexpr float kUntouched = 12345;

/// For CAPTURE.
inline const char* name_of(const Kernels* kernels) { return kernels == &kAvx2 ? "avx2" : "avx512"; }

/// Makes kernels() give these, and afterwards what they gave before.
class KernelsInUse {
 public:
  explicit KernelsInUse(const Kernels* kernels) : before_(tsne::kernels()) {
    use_kernels(*kernels);
  }
  ~KernelsInUse() { use_kernels(before_); }
  KernelsInUse(const KernelsInUse&) = delete;

 private:
  const Kernels& before_;
};

}  // namespace pipeline::tsne
