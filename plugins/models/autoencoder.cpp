#include "pipeline/plugin.h"
#include "reconstruction.h"

namespace models {
using namespace pipeline;

/// An auto-encoder: the encoder makes a code of a sample, the decoder a sample of the code, and
/// both learn to give back what came in. With a dropout layer in front it is a denoising one
/// (Vincent et al., 2008): the loss compares with the sample before the dropout.
///   shapes: any sample -> encoder -> code, of any shape -> decoder -> the sample's shape
class Autoencoder : public nn::Model {
 public:
  void declare(Declaration& d) override {
    d.summary("Auto-encoder: a chain of layers to a code, and another back to the sample");
    d.param("encoder", encoder_, "layers from a sample to its code").required().items(1);
    d.param("decoder", decoder_, "layers from a code to the sample").required().items(1);
    reconstruction_.declare(d);
  }

  nn::Network build(const std::vector<Shape>& inputs, ComponentFactory& components) const override {
    nn::Network network;
    nn::Graph& graph = network.graph;
    const nn::NodeId sample = graph.add_input(nn::only_input(inputs));
    const nn::NodeId code = add_chain(graph, "encoder", encoder_, sample, components);
    const nn::NodeId output = add_chain(graph, "decoder", decoder_, code, components);
    network.inputs = {sample};
    network.code = {code, code};
    network.parts = {{"encoder", {sample}, {code}}, {"decoder", {code}, {output}}};
    network.nested = true;
    network.outputs.push_back(reconstruction_.output(network, output, components));
    return network;
  }

 private:
  std::vector<std::unique_ptr<nn::Layer>> encoder_, decoder_;
  Reconstruction reconstruction_;
};

}  // namespace models

PIPELINE_COMPONENT("autoencoder", models::Autoencoder);
