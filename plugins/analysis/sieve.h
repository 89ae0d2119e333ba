#pragma once
#include <cstdint>

// The kernels that find out, in single precision, which points may be among the nearest. Plain
// function pointers, no inline functions of the standard library in the builds: a copy that the
// linker takes from the AVX-512 build would stop other processors. Their last bits differ from
// build to build; nearest.cpp decides by distances in double precision among all points that the
// kernels' rounding could have hidden.

namespace pipeline {
enum class Simd;  // pipeline/simd.h
}

namespace pipeline::analysis {

constexpr int kSieveQueries = 12;
constexpr int kSievePoints = 16;

struct Sieve {
  /// values[q][p] = offset[p] - the inner product of query q and point p, for twelve queries
  /// ([features][12]) and a block of sixteen points ([features][16]). Gives the queries of which a
  /// value is at most limits[q], one bit each.
  unsigned (*products)(const float* queries, const float* points, const float* offset, int features,
                       const float* limits, float* values);
  /// The same with values[q][p] = the sum of absolute differences.
  unsigned (*differences)(const float* queries, const float* points, int features,
                          const float* limits, float* values);
};

extern const Sieve kSieveBaseline;  ///< for any processor
extern const Sieve kSieveAvx2;
extern const Sieve kSieveAvx512;

const Sieve& sieve_of(Simd simd);
/// The build in use, see choose_simd().
const Sieve& sieve();

}  // namespace pipeline::analysis
