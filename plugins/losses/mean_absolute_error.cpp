#include <cmath>

#include "pipeline/plugin.h"
#include "value_by_value.h"

namespace losses {

/// Mean over a sample's values of |y - t|; where both are equal the gradient is 0.
class MeanAbsoluteError : public ValueByValue<MeanAbsoluteError> {
 public:
  void declare(Declaration& d) override { d.summary("Mean of the absolute differences."); }
  double value_of(double y, double t) const { return std::abs(y - t); }
  double slope_of(double y, double t) const { return y > t ? 1 : y < t ? -1 : 0; }
};

}  // namespace losses

PIPELINE_COMPONENT("mean_absolute_error", losses::MeanAbsoluteError);
