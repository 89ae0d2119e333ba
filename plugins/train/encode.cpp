#include "inference.h"
#include "pipeline/plugin.h"

namespace {
using namespace pipeline;

/// The codes of samples: the output of a trained model's encoder, of a variational one the mean.
///   x {n, sample…} -> codes {n, code…}
class Encode : public Inference {
 public:
  void declare(Declaration& d) override {
    d.summary("Codes of samples, by a trained model's encoder (of a VAE: the mean)");
    declare_ports(d, "x", "samples, of the shape that the model was trained on", "codes",
                  "a code for each sample");
  }

 protected:
  std::vector<nn::NodeId> from(const nn::Network& network) const override { return network.inputs; }
  nn::NodeId to(const nn::Network& network) const override { return code_of(network).from; }
};

}  // namespace

PIPELINE_COMPONENT("model.encode", Encode);
