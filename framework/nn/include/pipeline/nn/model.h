#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/component.h"
#include "pipeline/declaration.h"
#include "pipeline/nn/executor.h"
#include "pipeline/nn/loss.h"

// A model says how layers join to a network and what its loss is; training, encoding and decoding
// are then the same for all of them. plugins/models holds two.

namespace pipeline::nn {

/// A graph, and what its nodes stand for.
struct Network {
  Graph graph;
  NodeId input = 0;       ///< where samples come in
  NodeId code = 0;        ///< a sample's code: what encoding gives
  NodeId code_input = 0;  ///< the node in whose place codes are given for decoding
  NodeId output = 0;      ///< what the network makes of a sample
  /// A part of the graph with a summary of its own ("encoder").
  struct Part {
    std::string name;
    std::vector<NodeId> inputs, outputs;
  };
  std::vector<Part> parts;
};

/// What a loss is computed from: a batch that has just gone through the network.
struct LossPoint {
  const Network& network;
  Executor& executor;   ///< after forward() to Model::loss_nodes()
  const Batch& target;  ///< of each sample what the output should be
  const Threads& threads;
};

/// How layers join to a network, and the loss by which it learns. A third party's model derives
/// from this and is registered with PIPELINE_COMPONENT("my_model", MyModel). A trained model is
/// made again from its parameters: they have to say all that it is made of, and a component
/// among them that may be left out is a std::optional, never null.
class Model : public Component {
 public:
  static constexpr const char* kKind = "model";

  /// The network for samples of a shape, weights not drawn yet. May be called again, for another.
  /// Error, naming part and layer, for layers that do not fit.
  virtual Network build(const Shape& sample, ComponentFactory& components) = 0;

  // Of the network that build() gave last:

  /// The nodes that the loss reads, or gives gradients to.
  virtual std::vector<NodeId> loss_nodes(const Network& network) const { return {network.output}; }
  /// The loss of each sample of the batch, in order.
  virtual std::vector<double> loss(const LossPoint& at) const = 0;
  /// Writes the gradient of the batch's mean loss to executor.gradient() of some nodes, and returns
  /// those as the seeds for backward().
  virtual std::vector<Executor::Seed> loss_gradient(const LossPoint& at) const = 0;
};

/// Adds the layers as a chain behind `from`, under the part's name; the layers are made anew by the
/// factory, `layers` stay as they are. Returns the last node. Error with the part's name in front.
NodeId add_chain(Graph& graph, const std::string& part,
                 const std::vector<std::unique_ptr<Layer>>& layers, NodeId from,
                 ComponentFactory& components);

/// The mean loss over all rows of `x` (plain [n][values of a sample]) against themselves, with
/// dropout and sampling off. `executor` runs the network's graph in batches of `batch_size`, which
/// it has to have room for; the sum goes row by row, so that the batch size does not matter. 0
/// where there are no rows. `between` is called after each batch with the rows done.
double mean_loss(const Model& model, const Network& network, Executor& executor, int batch_size,
                 std::span<const float> x, const Threads& threads,
                 const std::function<void(std::int64_t)>& between = {});

/// Keras-style summaries: the whole network as a chain of its parts, then each part.
struct ModelSummary {
  std::string whole;
  std::vector<std::pair<std::string, std::string>> parts;  ///< name and table
};
ModelSummary summaries(const Network& network);

}  // namespace pipeline::nn
