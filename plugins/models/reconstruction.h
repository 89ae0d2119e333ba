#pragma once
#include <memory>

#include "pipeline/nn/model.h"

namespace models {

/// What a model learns by that is to give back what it was given, or the target that it is given:
/// binary cross-entropy unless the pipeline names another loss.
class Reconstruction {
 public:
  void declare(pipeline::Declaration& d) {
    d.param("loss", chosen_,
            "how far the output is from the target, which is the input where none is given; "
            "binary_crossentropy where none is named");
  }
  /// The output that gives back the network's only input. Error if its shape is another.
  pipeline::nn::Network::Output output(const pipeline::nn::Network& network,
                                       pipeline::nn::NodeId node,
                                       pipeline::ComponentFactory& components) const;

 private:
  std::unique_ptr<pipeline::nn::Loss> chosen_;
};

}  // namespace models
