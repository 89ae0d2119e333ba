#include "reconstruction.h"

#include "pipeline/error.h"

namespace models {
using namespace pipeline;

nn::Network::Output Reconstruction::output(const nn::Network& network, nn::NodeId node,
                                           ComponentFactory& components) const {
  const nn::Graph& graph = network.graph;
  const Shape& sample = graph.shape(network.inputs[0]);
  if (graph.shape(node) != sample)
    throw Error("the decoder ends in shape " + to_string(graph.shape(node)) + " (layer '" +
                graph.name(node) + "'), expected that of the samples, " + to_string(sample) +
                ": change the decoder's layers");
  nn::Network::Output output{node, nullptr, 1, 0};
  output.loss = chosen_ ? nn::made_anew(chosen_, components)
                        : components.make<nn::Loss>("binary_crossentropy");
  return output;
}

}  // namespace models
