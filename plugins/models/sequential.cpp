#include "pipeline/nn/model.h"
#include "pipeline/plugin.h"

namespace models {
using namespace pipeline;

/// Layers one behind the other; the last one's output is held against the targets.
class Sequential : public nn::Model {
 public:
  void declare(Declaration& d) override {
    d.summary("Layers one behind the other, such as a classifier or a regression");
    d.param("layers", layers_, "from a sample to the output").required().items(1);
    d.param("loss", loss_, "how far the output is from the target").required();
  }

  nn::Network build(const std::vector<Shape>& inputs, ComponentFactory& components) const override {
    nn::Network network;
    network.inputs = {network.graph.add_input(nn::only_input(inputs))};
    const nn::NodeId output = add_chain(network.graph, "", layers_, network.inputs[0], components);
    network.outputs.push_back({output, nn::made_anew(loss_, components), 1, {}});
    return network;
  }

 private:
  std::vector<std::unique_ptr<nn::Layer>> layers_;
  std::unique_ptr<nn::Loss> loss_;
};

}  // namespace models

PIPELINE_COMPONENT("sequential", models::Sequential);
