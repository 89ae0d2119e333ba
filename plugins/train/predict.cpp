#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>

#include "inference.h"
#include "pipeline/plugin.h"

namespace {
using namespace pipeline;

/// What a trained model makes of samples, with dropout and sampling off: a classifier, the
/// probability of each class; an auto-encoder, reconstructions.
///   x {n, sample…} -> y {n, output…}
class Predict : public Inference {
 public:
  void declare(Declaration& d) override {
    d.summary("What a trained model makes of samples (an auto-encoder: reconstructions)");
    declare_ports(d, "x",
                  "samples, of the shape that the model was trained on; an array for each input of "
                  "the model",
                  "y", "the model's output for each sample");
    d.param("output", output_, "the layer whose output it is, of a model with several; the first");
  }

 protected:
  std::vector<nn::NodeId> from(const nn::Network& network) const override { return network.inputs; }
  nn::NodeId to(const nn::Network& network) const override {
    if (!output_) return network.outputs[0].node;
    std::vector<std::string> names;
    for (const nn::Network::Output& output : network.outputs) {
      names.push_back(network.graph.name(output.node));
      if (names.back() == *output_) return output.node;
    }
    throw Error(fmt::format("the model has no output '{}'{}; it has {}", *output_,
                            suggestion(*output_, names), fmt::join(names, ", ")));
  }

 private:
  std::optional<std::string> output_;
};

}  // namespace

PIPELINE_COMPONENT("model.predict", Predict);
