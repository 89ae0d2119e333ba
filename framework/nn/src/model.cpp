#include "pipeline/nn/model.h"

#include "pipeline/error.h"

namespace pipeline::nn {

const Shape& only_input(const std::vector<Shape>& inputs) {
  if (inputs.size() != 1)
    throw Error("the model takes one input, got " + std::to_string(inputs.size()));
  return inputs[0];
}

NodeId add_chain(Graph& graph, const std::string& part,
                 const std::vector<std::unique_ptr<Layer>>& layers, NodeId from,
                 ComponentFactory& components) {
  graph.begin_part(part);
  for (const auto& layer : layers) try {
      from = graph.add(made_anew(layer, components), {from});
    } catch (const Error& error) {
      throw Error(part.empty() ? error.what() : part + ": " + error.what());
    }
  graph.begin_part("");
  return from;
}

}  // namespace pipeline::nn
