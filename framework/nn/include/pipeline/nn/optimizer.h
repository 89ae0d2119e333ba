#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/component.h"
#include "pipeline/declaration.h"
#include "pipeline/nn/graph.h"
#include "pipeline/nn/parallel.h"
#include "pipeline/nn/schedule.h"
#include "pipeline/nn/tensor.h"

namespace pipeline::nn {

/// What an optimizer updates: a piece of one array, never of two. All spans are equally long.
struct Update {
  std::span<float> weights;
  std::span<const float> gradients;         ///< clipped, where that is asked for
  std::span<const std::span<float>> slots;  ///< in the order of Optimizer::slots()
  std::int64_t step;                        ///< 1 at the first update
  double learning_rate;                     ///< of this step, by schedule and factor
  const WeightInfo& array;                  ///< the whole; of rank 1 it is a bias or a scale
};

/// Limits of gradients; at most one of them is given, as in Keras 3.
struct Clipping {
  std::optional<double> norm;         ///< an array's norm (root of the sum of squares)
  std::optional<double> global_norm;  ///< the norm of all arrays together
  std::optional<double> value;        ///< each value's size
};

/// A rule that moves weights by their gradient. It works value by value, so that pieces of weights
/// can be updated in any order, and in parallel. What all rules share (the learning rate, clipping
/// and decay of weights, as in Keras 3) is declared here, and done by nn::update().
class Optimizer : public Component {
 public:
  static constexpr const char* kKind = "optimizer";
  /// What is kept for each weight from step to step ("momentum"), zero at first.
  virtual std::vector<std::string> slots() const = 0;
  /// Updates weights and slots in place.
  virtual void update(const Update& u) const = 0;

  /// Error if parameters do not fit together; for preflight().
  void check() const;
  /// The rate of a step, counted from 0.
  double learning_rate(std::int64_t step) const { return learning_rate_.at(step); }
  const Clipping& clipping() const { return clipping_; }
  /// The share of `array` that a step takes away, times the learning rate; 0 for none.
  double weight_decay(const WeightInfo& array) const;

 protected:
  explicit Optimizer(double learning_rate = 0.001, std::optional<double> weight_decay = {})
      : learning_rate_{learning_rate, nullptr}, weight_decay_(weight_decay) {}
  /// The parameters that all optimizers have; for declare().
  void declare_shared(Declaration& d);

 private:
  LearningRate learning_rate_;
  Clipping clipping_;
  std::optional<double> weight_decay_;
  std::vector<std::string> exclude_from_weight_decay_;
};

/// The slots of all weights of a graph, the count of steps and the factor of the learning rate:
/// what a checkpoint has to hold besides the weights.
struct OptimizerState {
  std::vector<AlignedFloats> slots;  ///< in the order of Optimizer::slots(), along Graph::weights()
  std::int64_t steps = 0;
  double rate_factor = 1;  ///< the learning rate is multiplied by it

  OptimizerState(const Optimizer& optimizer, std::size_t weights);
};

/// One step over the arrays that the weights consist of, see Graph::trainable_infos(), in parallel
/// pieces: clips, decays, updates. What lies between arrays stays as it is. Without `arrays` all
/// weights are one array without a name.
void update(const Optimizer& optimizer, std::span<float> weights, std::span<const float> gradients,
            OptimizerState& state, const Threads& threads, std::span<const WeightInfo> arrays = {});

}  // namespace pipeline::nn
