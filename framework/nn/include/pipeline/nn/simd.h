#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace pipeline::nn {

/// Instruction sets for which there are kernels. All give the same bits.
enum class Simd { avx2, avx512 };
std::string name(Simd simd);  ///< "avx2"
/// Those that this processor has, slowest first.
std::vector<Simd> available_simd();
/// The one in use: the fastest, or what the variable PIPELINE_SIMD says (avx2, avx512). Error if
/// that is unknown or not available, or if the processor has none.
Simd simd_in_use();
/// What a wish ("avx2", "avx512", or "" for the fastest) comes to; Error as above.
Simd choose_simd(std::string_view wish);
/// Uses another from here on; for tests. Not while kernels run.
void use_simd(Simd simd);

}  // namespace pipeline::nn
