#include "sieve.h"

#include "pipeline/simd.h"

namespace pipeline::analysis {

const Sieve& sieve_of(Simd simd) {
  return simd == Simd::avx512 ? kSieveAvx512 : simd == Simd::avx2 ? kSieveAvx2 : kSieveBaseline;
}

const Sieve& sieve() { return sieve_of(choose_simd({Simd::baseline, Simd::avx2, Simd::avx512})); }

}  // namespace pipeline::analysis
