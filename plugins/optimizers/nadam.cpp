#include <algorithm>
#include <array>
#include <cmath>

#include "moments.h"
#include "pipeline/nn/optimizer.h"
#include "pipeline/nn/optimizer_steps.h"
#include "pipeline/plugin.h"
#include "power.h"

namespace {
using namespace pipeline;

/// The share of beta_1 that step t takes: 1 - 0.96^t / 2, which is 1 in double precision from some
/// 900 steps on; and the products of these from the first step.
struct Momenta {
  static constexpr std::size_t kCount = 1000;
  std::array<double, kCount + 1> share{1}, product{1};
  Momenta() {
    double decay = 1;
    for (std::size_t t = 1; t <= kCount; ++t) {
      decay *= 0.96;
      share[t] = 1 - 0.5 * decay;
      product[t] = product[t - 1] * share[t];
    }
  }
  static std::size_t index(std::int64_t t) {
    return std::size_t(std::min<std::int64_t>(t, kCount));
  }
};
const Momenta& momenta() {
  static const Momenta made;
  return made;
}

/// Nadam (Dozat, 2016: "Incorporating Nesterov momentum into Adam"), as in Keras 3:
///   u(t) = beta_1·(1 - 0.96^t / 2), U(t) = u(1)·…·u(t)
///   m = beta_1·m + (1 - beta_1)·g
///   v = beta_2·v + (1 - beta_2)·g²
///   M = u(t + 1)·m / (1 - U(t + 1)) + (1 - u(t))·g / (1 - U(t))
///   w -= learning_rate·M / (sqrt(v / (1 - beta_2^t)) + epsilon)
class Nadam : public nn::Optimizer {
 public:
  void declare(Declaration& d) override {
    d.summary("Nadam: Adam with Nesterov's look ahead (Dozat, 2016)");
    declare_shared(d);
    moments_.declare(d);
  }
  std::vector<std::string> slots() const override { return {"m", "v"}; }
  void update(const nn::Update& u) const override {
    const float beta_1 = float(moments_.beta_1), beta_2 = float(moments_.beta_2);
    const double now = beta_1 * momenta().share[Momenta::index(u.step)];
    const double next = beta_1 * momenta().share[Momenta::index(u.step + 1)];
    const double product = power(beta_1, u.step) * momenta().product[Momenta::index(u.step)];
    const double correction = std::sqrt(1 - power(beta_2, u.step));
    // Numerator and divisor are both multiplied by the correction of v's root.
    const double rate = u.learning_rate * correction;
    nn::steps::nadam(
        u.weights, u.gradients, u.slots[0], u.slots[1],
        {float(rate * next / (1 - product * next)), float(rate * (1 - now) / (1 - product)), beta_1,
         beta_2, float(moments_.epsilon * correction)});
  }

 private:
  Moments moments_;
};

}  // namespace

PIPELINE_COMPONENT("nadam", Nadam);
