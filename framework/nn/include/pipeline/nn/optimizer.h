#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pipeline/component.h"
#include "pipeline/declaration.h"
#include "pipeline/nn/graph.h"
#include "pipeline/nn/parallel.h"
#include "pipeline/nn/tensor.h"

namespace pipeline::nn {

/// A rule that moves weights by their gradient. It works value by value, so that ranges of weights
/// can be updated in any order, in parallel, or as their gradient comes out of a kernel.
class Optimizer : public Component {
 public:
  static constexpr const char* kKind = "optimizer";
  /// What is kept for each weight from step to step ("momentum"), zero at first.
  virtual std::vector<std::string> slots() const = 0;
  /// Updates `weights` and `slots` (in the order of slots(), each as long as `weights`) in place.
  /// `step` is 1 at the first update.
  virtual void update(std::span<float> weights, std::span<const float> gradients,
                      std::span<const std::span<float>> slots, std::int64_t step) const = 0;
};

/// The slots of all weights of a graph, and the count of steps: what a checkpoint has to hold
/// besides the weights.
struct OptimizerState {
  std::vector<AlignedFloats> slots;  ///< in the order of Optimizer::slots(), along Graph::weights()
  std::int64_t steps = 0;
  double rate_factor = 1;  ///< the learning rate is multiplied by it

  OptimizerState(const Optimizer& optimizer, std::size_t weights);
};

/// One step over all weights, in parallel pieces. It goes faster for knowing the arrays that the
/// weights consist of, see Graph::weight_infos().
void update(const Optimizer& optimizer, std::span<float> weights, std::span<const float> gradients,
            OptimizerState& state, const Threads& threads, std::span<const WeightInfo> arrays = {});

}  // namespace pipeline::nn
