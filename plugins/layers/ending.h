#pragma once
#include "pipeline/nn/layer.h"
#include "reorder.h"

namespace pipeline::layers {

using namespace nn;

/// The function that a layer ends in, and what the way back needs of it.
struct Ending {
  Activation function = Activation::linear;

  void declare(Declaration& d) { d.param("activation", function, "what the sums go through"); }
  /// To be called by a layer's build(), which gives samples of shape `y`.
  void build(const Shape& y, Builder& builder) const {
    if (derivative_needs_input(function))
      builder.keep(std::size_t(elements(y)) * std::size_t(kLanes));
  }
  /// Makes y, which holds what goes in, what comes out.
  void forward(const Block& y, float* kept) const {
    if (derivative_needs_input(function)) copy_values(y, Block(plain(y), kept));
    activate(function, y, y);
  }
  /// Makes dy the gradient by what goes in, unless it is already.
  void backward(const ConstBlock& y, const Block& dy, const float* kept,
                bool before_activation) const {
    if (before_activation) return;
    activate_backward(function, derivative_needs_input(function) ? ConstBlock(plain(y), kept) : y,
                      dy, dy);
  }
  /// As Layer::activation().
  Activation activation() const {
    return derivative_needs_input(function) ? Activation::linear : function;
  }

 private:
  static Geometry plain(const Geometry& y) { return {y.channels, y.height, y.width, 0}; }
};

}  // namespace pipeline::layers
