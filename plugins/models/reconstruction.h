#pragma once
#include <memory>
#include <optional>

#include "pipeline/nn/model.h"

/// The loss of a model that is to give back what it was given: binary cross-entropy unless the
/// pipeline names another.
class ReconstructionLoss {
 public:
  void declare(pipeline::Declaration& d) {
    d.param("loss", chosen_,
            "how far the output is from the input; binary_crossentropy where none is named");
  }
  /// Before anything else is asked. Error if the output is not of the sample's shape.
  void prepare(const pipeline::nn::Graph& graph, pipeline::nn::NodeId output,
               const pipeline::Shape& sample, pipeline::ComponentFactory& components);
  const pipeline::nn::Loss& loss() const { return chosen_ ? **chosen_ : *standard_; }

 private:
  std::optional<std::unique_ptr<pipeline::nn::Loss>> chosen_;
  std::unique_ptr<pipeline::nn::Loss> standard_;
};
