#include <algorithm>
#include <cmath>

#include "pipeline/plugin.h"
#include "value_by_value.h"

namespace losses {

/// Mean over a sample's values of d²/2 where |d| is at most delta, else of delta·|d| - delta²/2,
/// d = y - t (Huber, 1964).
class Huber : public ValueByValue<Huber> {
 public:
  void declare(Declaration& d) override {
    d.summary("Squared near the target, absolute far from it (Huber, 1964).");
    d.param("delta", delta_, "difference up to which it is squared").above(0);
  }
  double value_of(double y, double t) const {
    const double size = std::abs(y - t);
    return size <= delta_ ? size * size / 2 : delta_ * size - delta_ * delta_ / 2;
  }
  double slope_of(double y, double t) const { return std::clamp(y - t, -delta_, delta_); }

 private:
  double delta_ = 1;
};

}  // namespace losses

PIPELINE_COMPONENT("huber", losses::Huber);
