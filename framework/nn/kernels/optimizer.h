#pragma once
// Optimizers' steps on ranges; the formulas stand in pipeline/nn/optimizer_steps.h.

namespace pipeline::nn::kernels {
namespace {

/// Calls f on vectors of all arrays, which it changes in place; the last few values go through a
/// padded copy.
template <int Arrays, class F>
PIPELINE_INLINE void step(float* const (&arrays)[Arrays], const float* g, std::size_t n, F f) {
  std::size_t i = 0;
  V v[Arrays];
  for (; i + 16 <= n; i += 16) {
    for (int k = 0; k < Arrays; ++k) v[k] = load(arrays[k] + i);
    f(load(g + i), v);
    for (int k = 0; k < Arrays; ++k) store(arrays[k] + i, v[k]);
  }
  if (i == n) return;
  float gradient[16] = {}, values[16];
  for (std::size_t j = 0; j < n - i; ++j) gradient[j] = g[i + j];
  for (int k = 0; k < Arrays; ++k) {
    for (std::size_t j = 0; j < 16; ++j) values[j] = j < n - i ? arrays[k][i + j] : 0.0f;
    v[k] = load(values);
  }
  f(load(gradient), v);
  for (int k = 0; k < Arrays; ++k) {
    store(values, v[k]);
    for (std::size_t j = 0; j < n - i; ++j) arrays[k][i + j] = values[j];
  }
}

void sgd(float* w, const float* g, std::size_t n, StepConstants c) {
  step<1>(
      {w}, g, n, PIPELINE_OF(V d, V * v) { v[0] = fnma(all(c.rate), d, v[0]); });
}
void sgd_momentum(float* w, const float* g, float* m, std::size_t n, StepConstants c) {
  step<2>(
      {w, m}, g, n, PIPELINE_OF(V d, V * v) {
        v[1] = fnma(all(c.rate), d, all(c.a) * v[1]);
        v[0] = v[0] + v[1];
      });
}
void sgd_nesterov(float* w, const float* g, float* m, std::size_t n, StepConstants c) {
  step<2>(
      {w, m}, g, n, PIPELINE_OF(V d, V * v) {
        v[1] = fnma(all(c.rate), d, all(c.a) * v[1]);
        v[0] = v[0] + fnma(all(c.rate), d, all(c.a) * v[1]);
      });
}
/// decay·x + (1 - decay)·y
PIPELINE_INLINE V average(float decay, V x, V y) {
  return fma(all(decay), x, all(1.0f - decay) * y);
}
void rmsprop(float* w, const float* g, float* a, std::size_t n, StepConstants c) {
  step<2>(
      {w, a}, g, n, PIPELINE_OF(V d, V * v) {
        v[1] = average(c.a, v[1], d * d);
        v[0] = v[0] - all(c.rate) * d / (sqrt(v[1]) + all(c.epsilon));
      });
}
void adadelta(float* w, const float* g, float* a, float* u, std::size_t n, StepConstants c) {
  step<3>(
      {w, a, u}, g, n, PIPELINE_OF(V d, V * v) {
        v[1] = average(c.a, v[1], d * d);
        V change = d * sqrt(v[2] + all(c.epsilon)) / sqrt(v[1] + all(c.epsilon));
        v[0] = fnma(all(c.rate), change, v[0]);
        v[2] = average(c.a, v[2], change * change);
      });
}
void adam(float* w, const float* g, float* m, float* s, std::size_t n, StepConstants c) {
  step<3>(
      {w, m, s}, g, n, PIPELINE_OF(V d, V * v) {
        v[1] = average(c.a, v[1], d);
        v[2] = average(c.b, v[2], d * d);
        v[0] = v[0] - all(c.rate) * v[1] / (sqrt(v[2]) + all(c.epsilon));
      });
}
/// As adam(), with the root of the largest mean of squares, x.
void amsgrad(float* w, const float* g, float* m, float* s, float* x, std::size_t n,
             StepConstants c) {
  step<4>(
      {w, m, s, x}, g, n, PIPELINE_OF(V d, V * v) {
        v[1] = average(c.a, v[1], d);
        v[2] = average(c.b, v[2], d * d);
        v[3] = max(v[3], v[2]);
        v[0] = v[0] - all(c.rate) * v[1] / (sqrt(v[3]) + all(c.epsilon));
      });
}
void nadam(float* w, const float* g, float* m, float* s, std::size_t n, StepConstants c) {
  step<3>(
      {w, m, s}, g, n, PIPELINE_OF(V d, V * v) {
        v[1] = average(c.a, v[1], d);
        v[2] = average(c.b, v[2], d * d);
        const V change = fma(all(c.rate), v[1], all(c.gradient_rate) * d);
        v[0] = v[0] - change / (sqrt(v[2]) + all(c.epsilon));
      });
}
void adagrad(float* w, const float* g, float* a, std::size_t n, StepConstants c) {
  step<2>(
      {w, a}, g, n, PIPELINE_OF(V d, V * v) {
        v[1] = fma(d, d, v[1]);
        v[0] = v[0] - all(c.rate) * d / sqrt(v[1] + all(c.epsilon));
      });
}
/// 1, 0 or -1; what is not a number stays so.
PIPELINE_INLINE V sign(V x) {
  return select(x > all(0.0f), all(1.0f), select(all(0.0f) > x, all(-1.0f), x));
}
void lion(float* w, const float* g, float* m, std::size_t n, StepConstants c) {
  step<2>(
      {w, m}, g, n, PIPELINE_OF(V d, V * v) {
        v[0] = fnma(all(c.rate), sign(average(c.a, v[1], d)), v[0]);
        v[1] = average(c.b, v[1], d);
      });
}
void rmsprop_momentum(float* w, const float* g, float* a, float* m, std::size_t n,
                      StepConstants c) {
  step<3>(
      {w, a, m}, g, n, PIPELINE_OF(V d, V * v) {
        v[1] = average(c.a, v[1], d * d);
        v[2] = fma(all(c.b), v[2], all(c.rate) * d / (sqrt(v[1]) + all(c.epsilon)));
        v[0] = v[0] - v[2];
      });
}
/// Rounding may make the variance negative.
void rmsprop_centered(float* w, const float* g, float* a, float* u, float* m, std::size_t n,
                      StepConstants c) {
  step<4>(
      {w, a, u, m}, g, n, PIPELINE_OF(V d, V * v) {
        v[1] = average(c.a, v[1], d * d);
        v[2] = average(c.a, v[2], d);
        const V root = sqrt(max(all(0.0f), fnma(v[2], v[2], v[1])));
        v[3] = fma(all(c.b), v[3], all(c.rate) * d / (root + all(c.epsilon)));
        v[0] = v[0] - v[3];
      });
}

}  // namespace
}  // namespace pipeline::nn::kernels
