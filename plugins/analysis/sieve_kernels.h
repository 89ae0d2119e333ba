#pragma once
#include "sieve.h"

// The kernels' source, for the three builds. A vector has as many lanes as the processor's own, and
// a group of queries as many as leave their sums in registers.

namespace pipeline::analysis {
namespace {

#if defined(__AVX512F__)
constexpr int kLanes = 16, kGroup = 12;
#elif defined(__AVX2__)
constexpr int kLanes = 8, kGroup = 4;
#else
constexpr int kLanes = 4, kGroup = 2;
#endif
constexpr int kVectors = kSievePoints / kLanes;

typedef float V __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias));

struct Products {
  static void add(V& sum, const V& point, float query) { sum -= point * query; }
};

struct Differences {
  static void add(V& sum, const V& point, float query) {
    const V difference = point - query;
    sum += difference < 0 ? -difference : difference;
  }
};

template <class Part>
unsigned sieve_group(const float* queries, const float* points, const float* offset, int features,
                     const float* limits, float* values) {
  V sums[kGroup][kVectors];
  for (int q = 0; q < kGroup; ++q)
    for (int v = 0; v < kVectors; ++v) sums[q][v] = offset ? *(const V*)(offset + v * kLanes) : V{};
  for (int f = 0; f < features; ++f)
    for (int v = 0; v < kVectors; ++v) {
      const V point = *(const V*)(points + std::int64_t(f) * kSievePoints + v * kLanes);
      for (int q = 0; q < kGroup; ++q)
        Part::add(sums[q][v], point, queries[std::int64_t(f) * kSieveQueries + q]);
    }
  decltype(sums[0][0] <= sums[0][0]) any = {};
  for (int q = 0; q < kGroup; ++q)
    for (int v = 0; v < kVectors; ++v) {
      *(V*)(values + q * kSievePoints + v * kLanes) = sums[q][v];
      any |= sums[q][v] <= limits[q];
    }
  int one = 0;  // mostly there is none
  for (int lane = 0; lane < kLanes; ++lane) one |= any[lane];
  if (!one) return 0;
  unsigned found = 0;
  for (int q = 0; q < kGroup; ++q)
    for (int p = 0; p < kSievePoints; ++p)
      found |= unsigned(values[q * kSievePoints + p] <= limits[q]) << q;
  return found;
}

template <class Part>
unsigned sieve_all(const float* queries, const float* points, const float* offset, int features,
                   const float* limits, float* values) {
  unsigned found = 0;
  for (int q = 0; q < kSieveQueries; q += kGroup)
    found |= sieve_group<Part>(queries + q, points, offset, features, limits + q,
                               values + q * kSievePoints)
             << q;
  return found;
}

unsigned products(const float* queries, const float* points, const float* offset, int features,
                  const float* limits, float* values) {
  return sieve_all<Products>(queries, points, offset, features, limits, values);
}

unsigned differences(const float* queries, const float* points, int features, const float* limits,
                     float* values) {
  return sieve_all<Differences>(queries, points, nullptr, features, limits, values);
}

}  // namespace
}  // namespace pipeline::analysis
