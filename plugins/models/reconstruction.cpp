#include "reconstruction.h"

#include "pipeline/error.h"

using namespace pipeline;

void ReconstructionLoss::prepare(const nn::Graph& graph, nn::NodeId output, const Shape& sample,
                                 ComponentFactory& components) {
  if (graph.shape(output) != sample)
    throw Error("the decoder ends in shape " + to_string(graph.shape(output)) + " (layer '" +
                graph.name(output) + "'), expected that of the samples, " + to_string(sample) +
                ": change the decoder's layers");
  if (!chosen_) standard_ = components.make<nn::Loss>("binary_crossentropy");
}
