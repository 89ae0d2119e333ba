#pragma once
#include <span>

// The arithmetic of the usual optimizers on ranges of floats, by the vector kernels. Each updates
// weights and slots in place, value by value; all spans of a call are equally long. The formulas
// are Keras'; plugins/optimizers says of which version.

namespace pipeline::nn::steps {

/// The arithmetic is that of floats, to which a decay nearer to 1 is 1, and an epsilon nearer to 0
/// a divisor of 0.
inline constexpr double kLargestDecay = 0.999999, kSmallestEpsilon = 1e-30;

/// w -= rate·g
void sgd(std::span<float> w, std::span<const float> g, float rate);
/// v = momentum·v - rate·g; w += v, or with Nesterov's look ahead w += momentum·v - rate·g
void sgd_momentum(std::span<float> w, std::span<const float> g, std::span<float> v, float rate,
                  float momentum, bool nesterov);
/// a = rho·a + (1 - rho)·g²; w -= rate·g / (sqrt(a) + epsilon)      (Tieleman and Hinton, 2012)
void rmsprop(std::span<float> w, std::span<const float> g, std::span<float> a, float rate,
             float rho, float epsilon);
/// a = rho·a + (1 - rho)·g²; u = g·sqrt(d + epsilon) / sqrt(a + epsilon); w -= rate·u;
/// d = rho·d + (1 - rho)·u²                                        (Zeiler, 2012)
void adadelta(std::span<float> w, std::span<const float> g, std::span<float> a, std::span<float> d,
              float rate, float rho, float epsilon);
/// m = beta1·m + (1 - beta1)·g; v = beta2·v + (1 - beta2)·g²; w -= rate·m / (sqrt(v) + epsilon)
/// with the caller's rate = learning_rate · sqrt(1 - beta2^t) / (1 - beta1^t)
/// (Kingma and Ba, 2015, in the form at the end of its section 2)
void adam(std::span<float> w, std::span<const float> g, std::span<float> m, std::span<float> v,
          float rate, float beta1, float beta2, float epsilon);
/// As adam(), with x = max(x, v) in the place of v under the root (Reddi et al., 2018)
void amsgrad(std::span<float> w, std::span<const float> g, std::span<float> m, std::span<float> v,
             std::span<float> x, float rate, float beta1, float beta2, float epsilon);
struct NadamConstants {
  float mean_rate, gradient_rate, beta1, beta2, epsilon;
};
/// m and v as in adam(); w -= (mean_rate·m + gradient_rate·g) / (sqrt(v) + epsilon)
/// (Dozat, 2016); the rates hold all corrections of a bias
void nadam(std::span<float> w, std::span<const float> g, std::span<float> m, std::span<float> v,
           NadamConstants constants);
/// a += g²; w -= rate·g / sqrt(a + epsilon)                        (Duchi et al., 2011)
void adagrad(std::span<float> w, std::span<const float> g, std::span<float> a, float rate,
             float epsilon);
/// w -= rate·sign(beta1·m + (1 - beta1)·g); m = beta2·m + (1 - beta2)·g    (Chen et al., 2023)
void lion(std::span<float> w, std::span<const float> g, std::span<float> m, float rate, float beta1,
          float beta2);
/// a as in rmsprop(); m = momentum·m + rate·g / (sqrt(a) + epsilon); w -= m
void rmsprop_momentum(std::span<float> w, std::span<const float> g, std::span<float> a,
                      std::span<float> m, float rate, float rho, float momentum, float epsilon);
/// As rmsprop_momentum(), with u = rho·u + (1 - rho)·g and a - u² in the place of a under the root
/// (Graves, 2013)
void rmsprop_centered(std::span<float> w, std::span<const float> g, std::span<float> a,
                      std::span<float> u, std::span<float> m, float rate, float rho, float momentum,
                      float epsilon);

}  // namespace pipeline::nn::steps
