#include "pipeline/nn/loss.h"
#include "pipeline/nn/loss_kernels.h"
#include "pipeline/plugin.h"

namespace pipeline::nn {

/// Mean over a sample's values of -t·ln p - (1 - t)·ln(1 - p), p being the output clipped to
/// [1e-7, 1 - 1e-7]: Keras' binary_crossentropy. Behind a sigmoid the gradient by its argument is
/// (p - t) / n, which is exact where p(1 - p) is not.
class BinaryCrossentropy : public Loss {
 public:
  void declare(Declaration& d) override {
    d.summary("Cross entropy of outputs and targets in [0, 1]; Keras' binary_crossentropy.");
  }
  Domain targets(const Shape&) const override { return {0, 1}; }
  Domain outputs() const override { return {0, 1}; }
  std::array<double, kLanes> value(const ConstBlock& y, const ConstBlock& target) const override {
    std::array<double, kLanes> sums = cross_entropy_sums(y, target);
    for (double& sum : sums) sum /= y.values();
    return sums;
  }
  void gradient(const ConstBlock& y, const ConstBlock& target, float scale,
                const Block& dy) const override {
    cross_entropy_gradient(y, target, scale / float(y.values()), dy);
  }
  bool knows_before(Activation activation) const override {
    return activation == Activation::sigmoid;
  }
  void gradient_before(Activation, const ConstBlock& y, const ConstBlock& target, float scale,
                       const Block& dy) const override {
    difference(y, target, scale / float(y.values()), dy);
  }
};

}  // namespace pipeline::nn

PIPELINE_COMPONENT("binary_crossentropy", pipeline::nn::BinaryCrossentropy);
