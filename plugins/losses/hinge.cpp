#include <algorithm>

#include "pipeline/plugin.h"
#include "value_by_value.h"

namespace losses {

/// Mean over a sample's values of max(0, 1 - t·y), for targets -1 and 1; 0 counts as -1, as Keras
/// has it.
class Hinge : public ValueByValue<Hinge> {
 public:
  void declare(Declaration& d) override {
    d.summary("How far outputs are from being on the target's side of 0 by 1 or more.");
  }
  nn::Domain targets(const Shape&) const override { return {-1, 1, true}; }
  double value_of(double y, double t) const { return std::max(0.0, 1 - sign(t) * y); }
  double slope_of(double y, double t) const { return 1 - sign(t) * y > 0 ? -sign(t) : 0; }

 private:
  static double sign(double t) { return t > 0 ? 1 : -1; }
};

}  // namespace losses

PIPELINE_COMPONENT("hinge", losses::Hinge);
