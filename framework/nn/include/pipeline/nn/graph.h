#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/nn/layer.h"

namespace pipeline::nn {

/// A layer's place in a graph. Nodes are numbered from 0 in the order in which they were added,
/// which is a topological one.
using NodeId = int;

/// A named array of a graph: "encoder/conv2d_1/kernel".
struct WeightInfo {
  std::string path;
  Shape shape;
  /// In floats, in Graph::weights(), or in Graph::states() if it is not trainable; offsets are
  /// multiples of 16.
  std::size_t offset = 0, size = 0;
  NodeId node = 0;
  bool trainable = true;
  WeightRules rules = {};
};

/// Layers wired to a directed acyclic graph, with their weights. It is built once, by adding
/// layers, and then only its weights change.
class Graph {
 public:
  /// Where samples come in; Error if a size is not known.
  NodeId add_input(Shape sample, std::string name = {});
  /// A layer behind others. A name not given becomes Keras': "conv2d_1", counted by class. Error,
  /// with the layer's name in front, for shapes that do not fit or a name that is taken.
  NodeId add(std::unique_ptr<Layer> layer, std::vector<NodeId> inputs, std::string name = {});
  /// The layer of a node once more, behind other inputs: with the same weights and states. `layer`
  /// is like that node's. Error if it wants other weights.
  NodeId add_shared(NodeId of, std::unique_ptr<Layer> layer, std::vector<NodeId> inputs,
                    std::string name = {});
  /// Nodes added from here on belong to a part ("encoder"), which stands in front of their weights'
  /// paths; "" for none. Numbers in names count across parts.
  void begin_part(std::string name) { part_ = std::move(name); }

  int size() const { return int(nodes_.size()); }
  bool is_input(NodeId node) const { return !nodes_[node].layer; }
  Layer& layer(NodeId node) const { return *nodes_[node].layer; }  ///< not of an input
  const std::string& name(NodeId node) const { return nodes_[node].name; }
  const std::string& part(NodeId node) const { return nodes_[node].part; }
  std::string path(NodeId node) const;       ///< "encoder/conv2d_1"
  NodeId find(std::string_view name) const;  ///< Error naming the nearest
  const Shape& shape(NodeId node) const { return nodes_[node].shape; }  ///< of one sample
  const std::vector<NodeId>& inputs(NodeId node) const { return nodes_[node].inputs; }
  std::string class_name(NodeId node) const;  ///< "InputLayer" of an input
  /// Of several that share weights the first; each other node itself.
  NodeId owner(NodeId node) const { return nodes_[node].owner; }
  std::int64_t parameters(NodeId node) const;  ///< 0 of one that shares another's
  std::int64_t parameters() const;
  std::int64_t trainable_parameters(NodeId node) const;
  /// Zeros that a node's readers want around its output, and it around the output's gradient.
  int halo(NodeId node) const { return nodes_[node].halo; }
  int gradient_halo(NodeId node) const { return nodes_[node].gradient_halo; }
  /// The stream of the node's draws (dropout, noise), made from its path; see stream_of().
  std::uint32_t stream(NodeId node) const { return nodes_[node].stream; }

  /// All weights that optimizers move, in one array; what lies between them is zero. It is made
  /// when first asked for, so that a graph of any size can be checked and counted.
  std::span<float> weights() { return make_values(), weights_.span(); }
  /// As weights(), of what only the layers themselves change.
  std::span<float> states() { return make_values(), states_.span(); }
  /// Both kinds.
  const std::vector<WeightInfo>& weight_infos() const { return infos_; }
  /// Those of weights() alone, along it.
  std::vector<WeightInfo> trainable_infos() const;
  /// The infos of one node: a range of weight_infos().
  std::span<const WeightInfo> weight_infos(NodeId node) const;
  /// The floats of weights() that are a node's, first and count; what lies between is zero.
  std::pair<std::size_t, std::size_t> trainable_range(NodeId node) const;
  /// One weight's or state's values; by its path, Error naming the nearest.
  std::span<float> values(const WeightInfo& info);
  std::span<float> weight(std::string_view path);
  /// Draws all weights anew; states begin again, too.
  void initialise(std::uint64_t seed);

  /// Sum of the penalties on trainable weights, see Regularizer; the loss of a batch has it on top.
  double penalty();
  /// Adds its gradient to `gradients`, which lie along weights().
  void add_penalty_gradients(std::span<float> gradients);
  /// Brings weights back to where their constraints want them; to be called after each step.
  void constrain();
  /// Floats a block that the node's layer keeps from forward() for backward().
  std::size_t kept(NodeId node) const { return nodes_[node].kept; }

  /// The nodes that `outputs` depend on without looking behind `inputs`, in order, both included.
  std::vector<NodeId> between(const std::vector<NodeId>& inputs,
                              const std::vector<NodeId>& outputs) const;

 private:
  struct Node {
    std::unique_ptr<Layer> layer;
    std::string name, part;
    std::vector<NodeId> inputs;
    Shape shape;
    int halo = 0, gradient_halo = 0;
    std::size_t kept = 0;
    std::uint32_t stream = 0;
    NodeId owner = 0;
    std::size_t first_weight = 0, weight_count = 0;  ///< in infos_
    std::size_t offset = 0, size = 0;                ///< of its trainable weights, in weights_
    std::vector<Weight*> handles;
  };
  NodeId add_node(std::unique_ptr<Layer> layer, std::vector<NodeId> inputs, std::string name,
                  NodeId shares);
  std::string unique_name(std::string name, const std::string& id);
  void add_weights(Node& node, NodeId id, const Builder& builder);
  void share_weights(Node& node, const Node& of, const Builder& builder) const;
  void make_values();

  std::vector<Node> nodes_;
  std::string part_;
  std::map<std::string, int> counters_;
  std::vector<WeightInfo> infos_;
  std::vector<Initializer> initializers_;
  std::size_t weights_size_ = 0, states_size_ = 0;
  AlignedFloats weights_, states_;
};

}  // namespace pipeline::nn
