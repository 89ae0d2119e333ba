#include <fmt/format.h>

#include <algorithm>

#include "layer_entry.h"
#include "pipeline/error.h"
#include "pipeline/nn/model.h"
#include "pipeline/plugin.h"

namespace models {
using namespace pipeline;

/// Layers wired to any directed acyclic graph, as Keras' functional API has them: each reads what
/// stands above it, or the layers that `from` names; `input` is where samples come in. The last one
/// is the output.
class NetworkModel : public nn::Model {
 public:
  void declare(Declaration& d) override {
    d.summary("Layers wired to a graph: skip connections, branches, weights used twice");
    d.param("layers", layers_,
            "each a layer, with a 'name' and 'from' beside it where it is not in a row: "
            "{add: {}, name: sum, from: [a, b]}, or {shared: a, from: b}: a once more")
        .required()
        .items(1);
    d.param("loss", loss_, "how far the output is from the target").required();
  }

  nn::Network build(const std::vector<Shape>& inputs, ComponentFactory& components) const override {
    nn::Network network;
    network.inputs = {network.graph.add_input(nn::only_input(inputs))};
    nn::NodeId last = network.inputs[0];
    for (const LayerEntry& entry : layers_) last = add(network, entry, last, components);
    require_all_used(network, last);
    network.outputs.push_back({last, nn::made_anew(loss_, components), 1, {}});
    return network;
  }

 private:
  static constexpr const char* kInput = "input";

  static nn::NodeId find(const nn::Network& network, const std::string& name) {
    return name == kInput ? network.inputs[0] : network.graph.find(name);
  }

  static nn::NodeId add(nn::Network& network, const LayerEntry& entry, nn::NodeId above,
                        ComponentFactory& components) {
    nn::Graph& graph = network.graph;
    if (entry.name == kInput)
      throw Error(fmt::format("a layer is named '{}', as where samples come in", kInput));
    std::vector<nn::NodeId> from;
    for (const std::string& name : entry.from) from.push_back(find(network, name));
    if (from.empty()) from = {above};
    if (entry.shared.empty())
      return graph.add(nn::made_anew(entry.layer, components), from, entry.name);
    const nn::NodeId shared = find(network, entry.shared);
    if (graph.is_input(shared))
      throw Error(fmt::format("'shared: {}' names no layer, but where samples come in", kInput));
    return graph.add_shared(shared,
                            components.make_from<nn::Layer>(description_of(graph.layer(shared))),
                            from, entry.name);
  }

  static void require_all_used(const nn::Network& network, nn::NodeId output) {
    const nn::Graph& graph = network.graph;
    const std::vector<nn::NodeId> used = graph.between(network.inputs, {output});
    for (nn::NodeId node = 0; node < graph.size(); ++node)
      if (!graph.is_input(node) && std::find(used.begin(), used.end(), node) == used.end())
        throw Error(fmt::format(
            "layer '{}' leads nowhere: the output is the last layer, '{}', and does not read it",
            graph.name(node), graph.name(output)));
  }

  std::vector<LayerEntry> layers_;
  std::unique_ptr<nn::Loss> loss_;
};

}  // namespace models

PIPELINE_COMPONENT("network", models::NetworkModel);
