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
    declare_ports(d, "x", "samples, of the shape that the model was trained on", "y",
                  "the model's output for each sample");
  }

 protected:
  nn::NodeId from(const nn::Network& network) const override { return network.inputs[0]; }
  nn::NodeId to(const nn::Network& network) const override { return network.outputs[0].node; }
};

}  // namespace

PIPELINE_COMPONENT("model.predict", Predict);
