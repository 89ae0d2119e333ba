#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "layer_entry.h"
#include "output_entry.h"
#include "pipeline/error.h"
#include "pipeline/nn/model.h"
#include "pipeline/plugin.h"

namespace models {
using namespace pipeline;

/// Layers wired to any directed acyclic graph, as Keras' functional API has them: each reads what
/// stands above it, or the layers that `from` names; `input` is where samples come in, or the names
/// in `inputs` are. The last one is the output, or those in `outputs` are.
class NetworkModel : public nn::Model {
 public:
  void declare(Declaration& d) override {
    d.summary("Layers wired to a graph: skip connections, branches, weights used twice");
    d.param("layers", layers_,
            "each a layer, with a 'name' and 'from' beside it where it is not in a row: "
            "{add: {}, name: sum, from: [a, b]}, or {shared: a, from: b}: a once more")
        .required()
        .items(1);
    d.param("inputs", inputs_,
            "names of where samples come in, one for each array of a sample; 'input' if none are "
            "given");
    d.param("loss", loss_, "how far what the last layer gives is from the target");
    d.param("outputs", outputs_,
            "in place of 'loss', where there are several: {layer: digit, loss: …, weight: 0.5}, in "
            "the order of their targets; the losses are added, each by its weight");
  }

  nn::Network build(const std::vector<Shape>& inputs, ComponentFactory& components) const override {
    nn::Network network;
    network.inputs = add_inputs(network.graph, inputs);
    nn::NodeId last = network.inputs.back();
    for (const LayerEntry& entry : layers_) last = add(network, entry, last, components);
    add_outputs(network, last, components);
    require_all_used(network);
    return network;
  }

 private:
  static constexpr const char* kInput = "input";

  std::vector<nn::NodeId> add_inputs(nn::Graph& graph, const std::vector<Shape>& shapes) const {
    if (inputs_.empty()) return {graph.add_input(nn::only_input(shapes))};
    if (shapes.size() != inputs_.size())
      throw Error(fmt::format("the network has the inputs {}, and was given {} arrays",
                              fmt::join(inputs_, ", "), shapes.size()));
    std::vector<nn::NodeId> nodes;
    for (std::size_t i = 0; i < shapes.size(); ++i)
      nodes.push_back(graph.add_input(shapes[i], inputs_[i]));
    return nodes;
  }

  nn::NodeId find(const nn::Network& network, const std::string& name) const {
    return inputs_.empty() && name == kInput ? network.inputs[0] : network.graph.find(name);
  }

  nn::NodeId add(nn::Network& network, const LayerEntry& entry, nn::NodeId above,
                 ComponentFactory& components) const {
    nn::Graph& graph = network.graph;
    if (inputs_.empty() && entry.name == kInput)
      throw Error(fmt::format("a layer is named '{}', as where samples come in", kInput));
    std::vector<nn::NodeId> from;
    for (const std::string& name : entry.from) from.push_back(find(network, name));
    if (from.empty()) from = {above};
    if (entry.shared.empty())
      return graph.add(nn::made_anew(entry.layer, components), from, entry.name);
    const nn::NodeId shared = find(network, entry.shared);
    if (graph.is_input(shared))
      throw Error(
          fmt::format("'shared: {}' names no layer, but where samples come in", entry.shared));
    return graph.add_shared(shared,
                            components.make_from<nn::Layer>(description_of(graph.layer(shared))),
                            from, entry.name);
  }

  void add_outputs(nn::Network& network, nn::NodeId last, ComponentFactory& components) const {
    if (loss_.has_value() == !outputs_.empty())
      throw Error(outputs_.empty()
                      ? "network needs a 'loss', how far its output is from the target"
                      : "'loss' and 'outputs', which have losses of their own, are both given; "
                        "leave one of them away");
    if (loss_) network.outputs.push_back({last, nn::made_anew(*loss_, components), 1, {}});
    for (const OutputEntry& output : outputs_) {
      const nn::NodeId node = find(network, output.layer);
      if (network.graph.is_input(node))
        throw Error(
            fmt::format("output '{}' is no layer, but where samples come in", output.layer));
      for (const nn::Network::Output& other : network.outputs)
        if (other.node == node)
          throw Error(fmt::format("output '{}' is listed twice", output.layer));
      network.outputs.push_back({node, nn::made_anew(output.loss, components), output.weight, {}});
    }
  }

  static void require_all_used(const nn::Network& network) {
    const nn::Graph& graph = network.graph;
    std::vector<nn::NodeId> outputs;
    std::vector<std::string> names;
    for (const nn::Network::Output& output : network.outputs) {
      outputs.push_back(output.node);
      names.push_back(graph.name(output.node));
    }
    const std::vector<nn::NodeId> used = graph.between(network.inputs, outputs);
    for (nn::NodeId node = 0; node < graph.size(); ++node)
      if (std::find(used.begin(), used.end(), node) == used.end())
        throw Error(fmt::format("{} '{}' leads nowhere: {}, '{}', does not depend on it",
                                graph.is_input(node) ? "input" : "layer", graph.name(node),
                                names.size() == 1 ? "the output" : "no output of these",
                                fmt::join(names, "', '")));
  }

  std::vector<LayerEntry> layers_;
  std::vector<std::string> inputs_;
  std::optional<std::unique_ptr<nn::Loss>> loss_;
  std::vector<OutputEntry> outputs_;
};

}  // namespace models

PIPELINE_COMPONENT("network", models::NetworkModel);
