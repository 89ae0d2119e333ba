#pragma once
#include <vector>

#include "pipeline/simd.h"

namespace pipeline::nn {

/// Instruction sets for which there are kernels, as far as this processor has them, slowest first.
/// All give the same bits.
std::vector<Simd> available_simd();
/// The one in use, see choose_simd(); Error as there.
Simd simd_in_use();
/// Uses another from here on; for tests. Not while kernels run.
void use_simd(Simd simd);

}  // namespace pipeline::nn
