#pragma once
#include "pipeline/error.h"
#include "pipeline/nn/layer.h"

namespace pipeline::layers {

using namespace nn;

/// The one shape of a layer's two or more inputs.
inline const Shape& equal_inputs(const std::vector<Shape>& inputs) {
  if (inputs.size() < 2)
    throw Error("takes two inputs or more, got " + std::to_string(inputs.size()));
  for (std::size_t i = 1; i < inputs.size(); ++i)
    if (inputs[i] != inputs[0])
      throw Error("input 1 is of shape " + to_string(inputs[0]) + ", and input " +
                  std::to_string(i + 1) + " of " + to_string(inputs[i]) +
                  "; they have to be equal");
  return inputs[0];
}

}  // namespace pipeline::layers
