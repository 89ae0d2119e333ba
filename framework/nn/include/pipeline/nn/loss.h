#pragma once
#include <array>

#include "pipeline/component.h"
#include "pipeline/declaration.h"
#include "pipeline/nn/activation.h"
#include "pipeline/nn/domain.h"
#include "pipeline/nn/tensor.h"

namespace pipeline::nn {

/// How far outputs are from targets. The loss of a sample is a mean over its values, that of a
/// batch the mean over its samples, as Keras'. plugins/losses holds examples of 30 lines; derive,
/// and register with PIPELINE_COMPONENT("my_loss", MyLoss).
class Loss : public Component {
 public:
  static constexpr const char* kKind = "loss";
  /// The shape of a sample's target where outputs are of shape `y`. Error for outputs that the loss
  /// cannot take.
  virtual Shape target_shape(const Shape& y) const { return y; }
  /// What targets may be, and outputs; whoever trains or evaluates checks both.
  virtual Domain targets(const Shape& /*y*/) const { return {}; }
  virtual Domain outputs() const { return {}; }

  /// The loss of each of a block's 16 samples.
  virtual std::array<double, kLanes> value(const ConstBlock& y, const ConstBlock& target) const = 0;
  /// dy = scale · (gradient of a sample's loss by y), where scale is 1 / samples of the batch.
  virtual void gradient(const ConstBlock& y, const ConstBlock& target, float scale,
                        const Block& dy) const = 0;
  /// The same by what goes into `activation`, of which y is the result, if there is a form for it
  /// that is more exact and cheaper.
  virtual bool knows_before(Activation) const { return false; }
  virtual void gradient_before(Activation activation, const ConstBlock& y, const ConstBlock& target,
                               float scale, const Block& dy) const;
};

}  // namespace pipeline::nn
