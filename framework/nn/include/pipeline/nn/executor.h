#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "pipeline/nn/graph.h"

namespace pipeline::nn {

/// Runs a graph, a batch at a time. Buffers are made when first needed and used again:
///
///   Executor run(graph, 128);
///   run.input(x).gather(images, rows);
///   run.forward(pass, {x}, {y});
///   loss gradient into run.gradient(y);
///   run.backward(pass, {{y}});
///   optimizer: graph.weights() from run.weight_gradients()
class Executor {
 public:
  /// For batches of up to `capacity` samples. The graph must outlive it.
  Executor(Graph& graph, int capacity);
  ~Executor();

  /// Where a node's samples go that come from outside (an input's, or those of a layer in whose
  /// place values are given, such as codes for a decoder). Gather into it; its number of samples
  /// becomes that of the pass.
  Batch& input(NodeId node) { return values(node); }
  /// What a node gave in the last forward(); Error if it was neither among the outputs asked for
  /// nor computed on the way to them. Of two layers that can be one, the front one is not.
  const Batch& output(NodeId node);
  /// The name of the first node, of those that the last forward() computed, that gave a value which
  /// is not finite; "" if there is none.
  std::string first_not_finite() const;
  /// Computes `outputs` and what they depend on; the nodes `inputs` have been filled, and nothing
  /// behind them is computed. What is read or seeded afterwards has to be among the outputs.
  void forward(const Pass& pass, const std::vector<NodeId>& inputs,
               const std::vector<NodeId>& outputs);

  /// Where the loss's gradient by a node's output goes, for backward(); in blocks as output().
  /// Lanes without a sample have to be zero.
  Batch& gradient(NodeId node);
  struct Seed {
    NodeId node;
    bool before_activation = false;  ///< see BackwardBlock
  };
  /// After forward() with training: from the gradients at `seeds` (one or several nodes; one may
  /// lie behind another, their gradients add) those of all weights. Gradients of weights that no
  /// seed depends on are zero.
  void backward(const Pass& pass, const std::vector<Seed>& seeds);
  /// Along Graph::weights().
  std::span<const float> weight_gradients() const { return weight_gradients_.span(); }
  std::span<float> weight_gradients() { return weight_gradients_.span(); }
  /// Also computes the gradient by this node, one of those given to forward(); it is then in
  /// gradient(node). Of nodes in between nothing is left: layers overwrite it.
  void want_gradient(NodeId node) { wanted_.push_back(node); }

 private:
  struct State;
  Batch& values(NodeId node);
  void fuse_pairs();
  void choose_fused(const std::vector<NodeId>& outputs);
  Layer& layer(NodeId node) const;
  const std::vector<NodeId>& inputs(NodeId node) const;
  NodeId weight_node(NodeId node) const;
  std::span<float> weight_gradients(NodeId node);
  Activation fold_activation(NodeId node);
  void run_forward(const Pass& pass, NodeId node, const Threads& threads);
  void run_backward(const Pass& pass, NodeId node, const Threads& threads);
  void add_gradient(NodeId node, Batch& more, const Threads& threads);

  Graph& graph_;
  int capacity_;
  std::vector<std::unique_ptr<State>> states_;
  std::vector<NodeId> computed_;
  std::vector<NodeId> wanted_;
  AlignedFloats weight_gradients_;
  Threads single_;
};

/// Inference over all rows (of each input, plain [n][values of its shape]), batch by batch; the
/// output's values, plain, row after row. `between` is called after each batch with the rows done
/// (for progress and cancellation).
std::vector<float> predict(Graph& graph, const std::vector<NodeId>& inputs, NodeId output,
                           const std::vector<std::span<const float>>& x, const Threads& threads,
                           int batch_size = 128,
                           const std::function<void(std::int64_t)>& between = {});

}  // namespace pipeline::nn
