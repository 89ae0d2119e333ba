#pragma once
#include <memory>
#include <string>

#include "pipeline/nn/loss.h"
#include "pipeline/param_types.h"

namespace models {

/// An entry of a model's list of outputs: {layer: digit, loss: mean_squared_error, weight: 0.5}.
struct OutputEntry {
  std::string layer;                         ///< whose output it is
  std::unique_ptr<pipeline::nn::Loss> loss;  ///< how far that is from its target
  double weight = 1;                         ///< of this loss in the sum
};

}  // namespace models

template <>
struct pipeline::ParamType<models::OutputEntry> {
  static Value schema();
  static void assign(models::OutputEntry& member, const Value& value, const Assign& at);
  static Value value(const models::OutputEntry& member, const PathRendering& paths);
};
