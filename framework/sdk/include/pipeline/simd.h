#pragma once
#include <initializer_list>
#include <string>
#include <string_view>

namespace pipeline {

/// Instruction sets that kernels are built for, slowest first. Whichever runs, a stored result has
/// the same bits.
///   baseline  what every x86-64 processor has
///   avx2      AVX2 with FMA
///   avx512    F, BW, DQ and VL, and the above
enum class Simd { baseline, avx2, avx512 };
std::string name(Simd simd);  ///< "avx2"
bool processor_has(Simd simd);

/// Which of `builds`, slowest first, to run: the one that the variable PIPELINE_SIMD names, or the
/// fastest that this processor has. Error, with what there is, where it has none, lacks the wanted
/// one, or there is no such build.
Simd choose_simd(std::initializer_list<Simd> builds);
/// The same for a wish, which may be "".
Simd choose_simd(std::initializer_list<Simd> builds, std::string_view wish);

}  // namespace pipeline
