#pragma once
// Losses of blocks. Values are summed in double, one sum a lane, in the order of the values.
// Nanoseconds a vector of 16 on Zen 4, AVX-512 and AVX2: squared error 2.3 2.3, cross entropy 13
// 22, its gradient 2.9 3.1.

namespace pipeline::nn::kernels {
namespace {

/// Keras' bounds of a probability: epsilon and 1 - epsilon, rounded to float.
constexpr float kLeast = 1e-7f;
constexpr float kMost = 1.0f - 1e-7f;
PIPELINE_INLINE V clip(V p) { return min(all(kMost), max(all(kLeast), p)); }  // a NaN stays

template <class F>
PIPELINE_INLINE void sum2(const ConstView& a, const ConstView& b, double* sums, F f) {
  for (int c = 0; c < a.channels; ++c)
    for (int r = 0; r < a.height; ++r)
      for (int i = 0; i < a.width; ++i)
        add_to_doubles(sums, f(load(at(a, c, r, std::size_t(i) * 16)),
                               load(at(b, c, r, std::size_t(i) * 16))));
}

void cross_entropy(const ConstView& y, const ConstView& target, double* sums) {
  sum2(
      y, target, sums, PIPELINE_OF(V v, V t) {
        V p = clip(v);
        V one = all(1.0f);
        return negative(fma(t, log(p), (one - t) * log(one - p)));
      });
}

void cross_entropy_gradient(const ConstView& y, const ConstView& target, float scale,
                            const View& dy) {
  map2(
      y, target, dy, PIPELINE_OF(V v, V t) {
        V p = clip(v);
        V g = (p - t) / (p * (all(1.0f) - p)) * all(scale);
        // Outside the bounds nothing changes with v. Not a number is outside nothing.
        M outside = either(all(kLeast) > v, v > all(kMost));
        return select(outside, all(0.0f), g);
      });
}

void squared_error(const ConstView& y, const ConstView& target, double* sums) {
  sum2(
      y, target, sums, PIPELINE_OF(V v, V t) {
        V d = v - t;
        return d * d;
      });
}

void difference(const ConstView& y, const ConstView& target, float scale, const View& dy) {
  map2(
      y, target, dy, PIPELINE_OF(V v, V t) { return (v - t) * all(scale); });
}

}  // namespace
}  // namespace pipeline::nn::kernels
