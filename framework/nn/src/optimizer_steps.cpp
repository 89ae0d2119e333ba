#include "pipeline/nn/optimizer_steps.h"

#include <cassert>

#include "kernels/table.h"

namespace pipeline::nn::steps {

void sgd(std::span<float> w, std::span<const float> g, float rate) {
  assert(w.size() == g.size());
  kernels::table().sgd(w.data(), g.data(), w.size(), {rate, 0, 0, 0});
}

void sgd_momentum(std::span<float> w, std::span<const float> g, std::span<float> v, float rate,
                  float momentum, bool nesterov) {
  assert(w.size() == g.size() && w.size() == v.size());
  const kernels::Table& table = kernels::table();
  (nesterov ? table.sgd_nesterov : table.sgd_momentum)(w.data(), g.data(), v.data(), w.size(),
                                                       {rate, momentum, 0, 0});
}

void rmsprop(std::span<float> w, std::span<const float> g, std::span<float> a, float rate,
             float rho, float epsilon) {
  assert(w.size() == g.size() && w.size() == a.size());
  kernels::table().rmsprop(w.data(), g.data(), a.data(), w.size(), {rate, rho, 0, epsilon});
}

void adadelta(std::span<float> w, std::span<const float> g, std::span<float> a, std::span<float> d,
              float rate, float rho, float epsilon) {
  assert(w.size() == g.size() && w.size() == a.size() && w.size() == d.size());
  kernels::table().adadelta(w.data(), g.data(), a.data(), d.data(), w.size(),
                            {rate, rho, 0, epsilon});
}

void adam(std::span<float> w, std::span<const float> g, std::span<float> m, std::span<float> v,
          float rate, float beta1, float beta2, float epsilon) {
  assert(w.size() == g.size() && w.size() == m.size() && w.size() == v.size());
  kernels::table().adam(w.data(), g.data(), m.data(), v.data(), w.size(),
                        {rate, beta1, beta2, epsilon});
}

void amsgrad(std::span<float> w, std::span<const float> g, std::span<float> m, std::span<float> v,
             std::span<float> x, float rate, float beta1, float beta2, float epsilon) {
  assert(w.size() == g.size() && w.size() == m.size() && w.size() == v.size());
  assert(w.size() == x.size());
  kernels::table().amsgrad(w.data(), g.data(), m.data(), v.data(), x.data(), w.size(),
                           {rate, beta1, beta2, epsilon});
}

void nadam(std::span<float> w, std::span<const float> g, std::span<float> m, std::span<float> v,
           NadamConstants c) {
  assert(w.size() == g.size() && w.size() == m.size() && w.size() == v.size());
  kernels::table().nadam(w.data(), g.data(), m.data(), v.data(), w.size(),
                         {c.mean_rate, c.beta1, c.beta2, c.epsilon, c.gradient_rate});
}

void adagrad(std::span<float> w, std::span<const float> g, std::span<float> a, float rate,
             float epsilon) {
  assert(w.size() == g.size() && w.size() == a.size());
  kernels::table().adagrad(w.data(), g.data(), a.data(), w.size(), {rate, 0, 0, epsilon});
}

void lion(std::span<float> w, std::span<const float> g, std::span<float> m, float rate, float beta1,
          float beta2) {
  assert(w.size() == g.size() && w.size() == m.size());
  kernels::table().lion(w.data(), g.data(), m.data(), w.size(), {rate, beta1, beta2, 0});
}

void rmsprop_momentum(std::span<float> w, std::span<const float> g, std::span<float> a,
                      std::span<float> m, float rate, float rho, float momentum, float epsilon) {
  assert(w.size() == g.size() && w.size() == a.size() && w.size() == m.size());
  kernels::table().rmsprop_momentum(w.data(), g.data(), a.data(), m.data(), w.size(),
                                    {rate, rho, momentum, epsilon});
}

void rmsprop_centered(std::span<float> w, std::span<const float> g, std::span<float> a,
                      std::span<float> u, std::span<float> m, float rate, float rho, float momentum,
                      float epsilon) {
  assert(w.size() == g.size() && w.size() == a.size() && w.size() == u.size());
  assert(w.size() == m.size());
  kernels::table().rmsprop_centered(w.data(), g.data(), a.data(), u.data(), m.data(), w.size(),
                                    {rate, rho, momentum, epsilon});
}

}  // namespace pipeline::nn::steps
