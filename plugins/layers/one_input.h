#pragma once
#include "pipeline/error.h"
#include "pipeline/nn/layer.h"

namespace pipeline::layers {

using namespace nn;

/// The shape of a layer's only input.
inline const Shape& only_input(const std::vector<Shape>& inputs) {
  if (inputs.size() != 1) throw Error("takes one input, got " + std::to_string(inputs.size()));
  return inputs[0];
}

/// The shape of a layer's only input, {channels, height, width}.
inline const Shape& image_input(const std::vector<Shape>& inputs) {
  const Shape& shape = only_input(inputs);
  if (shape.size() != 3)
    throw Error("takes images of shape channels×height×width, got samples of shape " +
                to_string(shape) +
                (shape.size() == 2 ? "; a 'reshape' before it can add the channels' axis"
                                   : "; a 'reshape' before it can make images of them"));
  return shape;
}

}  // namespace pipeline::layers
