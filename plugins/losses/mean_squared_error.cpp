#include "pipeline/nn/loss.h"
#include "pipeline/nn/loss_kernels.h"
#include "pipeline/plugin.h"

namespace losses {
using namespace pipeline;
using namespace pipeline::nn;

/// Mean over a sample's values of (y - t)².
class MeanSquaredError : public Loss {
 public:
  void declare(Declaration& d) override { d.summary("Mean of the squared differences."); }
  std::array<double, kLanes> value(const ConstBlock& y, const ConstBlock& target) const override {
    std::array<double, kLanes> sums = squared_error_sums(y, target);
    for (double& sum : sums) sum /= y.values();
    return sums;
  }
  void gradient(const ConstBlock& y, const ConstBlock& target, float scale,
                const Block& dy) const override {
    difference(y, target, 2 * scale / float(y.values()), dy);
  }
};

}  // namespace losses

PIPELINE_COMPONENT("mean_squared_error", losses::MeanSquaredError);
