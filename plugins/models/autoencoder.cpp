#include "pipeline/plugin.h"
#include "reconstruction.h"

namespace {
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
    loss_.declare(d);
  }

  nn::Network build(const Shape& sample, ComponentFactory& components) override {
    nn::Network network;
    nn::Graph& graph = network.graph;
    network.input = graph.add_input(sample);
    network.code = add_chain(graph, "encoder", encoder_, network.input, components);
    network.code_input = network.code;
    network.output = add_chain(graph, "decoder", decoder_, network.code, components);
    network.parts = {{"encoder", {network.input}, {network.code}},
                     {"decoder", {network.code}, {network.output}}};
    loss_.prepare(graph, network.output, sample, components);
    return network;
  }

  std::vector<double> loss(const nn::LossPoint& at) const override {
    return nn::values(loss_.loss(), at.executor.output(at.network.output), at.target, at.threads);
  }
  std::vector<nn::Executor::Seed> loss_gradient(const nn::LossPoint& at) const override {
    return {nn::seed_gradient(loss_.loss(), at.network.graph, at.executor, at.network.output,
                              at.target, at.threads)};
  }

 private:
  std::vector<std::unique_ptr<nn::Layer>> encoder_, decoder_;
  ReconstructionLoss loss_;
};

}  // namespace

PIPELINE_COMPONENT("autoencoder", Autoencoder);
