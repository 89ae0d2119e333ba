#include "inference.h"
#include "pipeline/plugin.h"

namespace {
using namespace pipeline;

/// The samples that a trained model's decoder makes of codes.
///   codes {n, code…} -> samples {n, sample…}
class Decode : public Inference {
 public:
  void declare(Declaration& d) override {
    d.summary("Samples that a trained model's decoder makes of codes");
    declare_ports(d, "codes", "codes, such as model.encode gives", "samples",
                  "a sample for each code");
  }

 protected:
  std::vector<nn::NodeId> from(const nn::Network& network) const override {
    return {code_of(network).to};
  }
  nn::NodeId to(const nn::Network& network) const override { return network.outputs[0].node; }
};

}  // namespace

PIPELINE_COMPONENT("model.decode", Decode);
