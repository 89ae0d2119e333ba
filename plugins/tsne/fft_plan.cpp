#include "fft_plan.h"

#include <algorithm>
#include <numbers>

#include "pipeline/math.h"

namespace pipeline::tsne {
namespace {

void append(std::vector<float>& list, double angle) {
  list.push_back(float(math::cos(angle)));
  list.push_back(float(math::sin(angle)));
}

std::vector<int> radices_of(int n) {
  std::vector<int> radices;
  for (int radix : {4, 5, 3, 2})
    while (n % radix == 0) radices.push_back(radix), n /= radix;
  return radices;
}

}  // namespace

FftPlan::FftPlan(int n) : n_(n), radices_(radices_of(n)) {
  using std::numbers::pi;
  int left = n;
  for (int radix : radices_) {
    const int parts = left / radix;
    for (int p = 1; p < parts; ++p)
      for (int k = 1; k < radix; ++k) append(factors_, -2 * pi * p * k / left);
    left = parts;
  }
  for (int j = 0; j < n; ++j) append(quarter_, -pi * j / (2.0 * n));
  for (int j = 0; j < n; ++j) append(half_, -pi * j / double(n));
}

FftShape FftPlan::shape() const {
  FftShape shape{};
  shape.n = n_;
  shape.passes = int(radices_.size());
  std::copy(radices_.begin(), radices_.end(), shape.radix);
  shape.factors = factors_.data();
  shape.quarter = quarter_.data();
  shape.half = half_.data();
  return shape;
}

int FftPlan::good_size(int n) {
  for (int size = std::max((n + 3) / 4 * 4, 4);; size += 4) {
    int rest = size;
    for (int prime : {2, 3, 5})
      while (rest % prime == 0) rest /= prime;
    if (rest == 1) return size;
  }
}

}  // namespace pipeline::tsne
