#pragma once
// Functions of one value after another: activations and their derivatives, sums, sampling.
// Nanoseconds a vector of 16 on Zen 4, AVX-512 and AVX2: relu 1.9 1.8, add 2.4 2.4, exp 4.4 5.8,
// tanh 8 12, sigmoid 12 17, softplus 21 37.

namespace pipeline::nn::kernels {
namespace {

/// Calls f(channel, row, offset in the row's floats) for every vector of the image, in C order.
template <class View, class F>
PIPELINE_INLINE void each_vector(const View& y, F f) {
  for (int c = 0; c < y.channels; ++c)
    for (int r = 0; r < y.height; ++r)
      for (int i = 0; i < y.width; ++i) f(c, r, std::size_t(i) * 16);
}
template <class View>
PIPELINE_INLINE auto at(const View& v, int c, int r, std::size_t i) {
  return v.data + std::size_t(c) * v.channel_stride + std::size_t(r) * v.row_stride + i;
}

template <class F>
PIPELINE_INLINE void map1(const ConstView& x, const View& y, F f) {
  each_vector(
      y, [&](int c, int r, std::size_t i)
             __attribute__((always_inline)) { store(at(y, c, r, i), f(load(at(x, c, r, i)))); });
}
template <class F>
PIPELINE_INLINE void map2(const ConstView& a, const ConstView& b, const View& y, F f) {
  each_vector(
      y, [&](int c, int r, std::size_t i) __attribute__((always_inline)) {
        store(at(y, c, r, i), f(load(at(a, c, r, i)), load(at(b, c, r, i))));
      });
}
template <class F>
PIPELINE_INLINE void map3(const ConstView& a, const ConstView& b, const ConstView& d, const View& y,
                          F f) {
  each_vector(
      y, [&](int c, int r, std::size_t i) __attribute__((always_inline)) {
        store(at(y, c, r, i), f(load(at(a, c, r, i)), load(at(b, c, r, i)), load(at(d, c, r, i))));
      });
}

#define PIPELINE_OF(...) [=](__VA_ARGS__) __attribute__((always_inline))

void linear(const ConstView& x, const View& y) {
  map1(
      x, y, PIPELINE_OF(V v) { return v; });
}
void relu(const ConstView& x, const View& y) {
  map1(
      x, y, PIPELINE_OF(V v) { return max(all(0.0f), v); });
}
void sigmoid(const ConstView& x, const View& y) {
  map1(
      x, y, PIPELINE_OF(V v) { return sigmoid(v); });
}
void tanh(const ConstView& x, const View& y) {
  map1(
      x, y, PIPELINE_OF(V v) { return tanh(v); });
}
void elu(const ConstView& x, const View& y) {
  map1(
      x, y, PIPELINE_OF(V v) { return select(v > all(0.0f), v, expm1(min(all(0.0f), v))); });
}
void softplus(const ConstView& x, const View& y) {
  map1(
      x, y, PIPELINE_OF(V v) { return max(all(0.0f), v) + log1p(exp(negative(absolute(v)))); });
}
void leaky_relu(const ConstView& x, float slope, const View& y) {
  map1(
      x, y, PIPELINE_OF(V v) { return select(v > all(0.0f), v, v * all(slope)); });
}
void swish(const ConstView& x, const View& y) {
  map1(
      x, y, PIPELINE_OF(V v) { return v * sigmoid(v); });
}
void gelu(const ConstView& x, const View& y) {
  map1(
      x, y, PIPELINE_OF(V v) { return v * normal_share(v); });
}
constexpr float kLeak = 0.2f;
void leaky_relu_02(const ConstView& x, const View& y) { leaky_relu(x, kLeak, y); }

void linear_backward(const ConstView&, const ConstView& dy, const View& dx) { linear(dy, dx); }
void relu_backward(const ConstView& y, const ConstView& dy, const View& dx) {
  map2(
      y, dy, dx, PIPELINE_OF(V v, V d) { return keep(v > all(0.0f), d); });
}
void sigmoid_backward(const ConstView& y, const ConstView& dy, const View& dx) {
  map2(
      y, dy, dx, PIPELINE_OF(V v, V d) { return d * (v * (all(1.0f) - v)); });
}
void tanh_backward(const ConstView& y, const ConstView& dy, const View& dx) {
  map2(
      y, dy, dx, PIPELINE_OF(V v, V d) { return d * fnma(v, v, all(1.0f)); });
}
void elu_backward(const ConstView& y, const ConstView& dy, const View& dx) {
  map2(
      y, dy, dx,
      PIPELINE_OF(V v, V d) { return d * select(v > all(0.0f), all(1.0f), v + all(1.0f)); });
}
void softplus_backward(const ConstView& y, const ConstView& dy, const View& dx) {
  map2(
      y, dy, dx, PIPELINE_OF(V v, V d) { return d * negative(expm1(negative(v))); });
}
void leaky_relu_backward(const ConstView& y, const ConstView& dy, float slope, const View& dx) {
  map2(
      y, dy, dx, PIPELINE_OF(V v, V d) { return select(v > all(0.0f), d, d * all(slope)); });
}
void leaky_relu_02_backward(const ConstView& y, const ConstView& dy, const View& dx) {
  leaky_relu_backward(y, dy, kLeak, dx);
}
void swish_backward(const ConstView& x, const ConstView& dy, const View& dx) {
  map2(
      x, dy, dx, PIPELINE_OF(V v, V d) {
        V s = sigmoid(v);
        return d * (s * fma(v, all(1.0f) - s, all(1.0f)));
      });
}
void gelu_backward(const ConstView& x, const ConstView& dy, const View& dx) {
  map2(
      x, dy, dx, PIPELINE_OF(V v, V d) {
        V density = all(0.39894228040143268f) * exp(all(-0.5f) * (v * v));
        return d * fma(v, density, normal_share(v));
      });
}

void exp(const ConstView& x, const View& y) {
  map1(
      x, y, PIPELINE_OF(V v) { return exp(v); });
}
void add(const ConstView& a, const ConstView& b, const View& y) {
  map2(
      a, b, y, PIPELINE_OF(V v, V w) { return v + w; });
}
void multiply(const ConstView& a, const ConstView& b, const View& y) {
  map2(
      a, b, y, PIPELINE_OF(V v, V w) { return v * w; });
}
void scale(const ConstView& x, float factor, const View& y) {
  map1(
      x, y, PIPELINE_OF(V v) { return v * all(factor); });
}
void sample_gaussian(const ConstView& mean, const ConstView& log_sigma, const ConstView& noise,
                     const View& y) {
  map3(
      mean, log_sigma, noise, y, PIPELINE_OF(V m, V s, V e) { return fma(exp(s), e, m); });
}
void sample_gaussian_backward(const ConstView& dy, const ConstView& log_sigma,
                              const ConstView& noise, const View& dlog_sigma) {
  map3(
      dy, log_sigma, noise, dlog_sigma, PIPELINE_OF(V d, V s, V e) { return d * (exp(s) * e); });
}

}  // namespace
}  // namespace pipeline::nn::kernels
