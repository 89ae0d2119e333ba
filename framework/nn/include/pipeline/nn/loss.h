#pragma once
#include <array>
#include <vector>

#include "pipeline/component.h"
#include "pipeline/declaration.h"
#include "pipeline/nn/activation.h"
#include "pipeline/nn/executor.h"

namespace pipeline::nn {

/// How far outputs are from targets. The loss of a sample is a mean over its values, that of a
/// batch the mean over its samples, as Keras'.
class Loss : public Component {
 public:
  static constexpr const char* kKind = "loss";
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

/// The loss of each sample of a batch, in order.
std::vector<double> values(const Loss& loss, const Batch& y, const Batch& target,
                           const Threads& threads);
/// Writes the gradient of the mean loss to executor.gradient(node), zero in lanes without a sample,
/// and says where it stands: the seed for backward(). Error if `target` has another shape or number
/// of samples than the node's output.
Executor::Seed seed_gradient(const Loss& loss, const Graph& graph, Executor& executor, NodeId node,
                             const Batch& target, const Threads& threads);

}  // namespace pipeline::nn
