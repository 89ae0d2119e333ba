#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/nn/tensor.h"
#include "pipeline/param_types.h"

namespace pipeline::nn {

/// Functions that a layer can end in, of one value or, softmax, of the values of all channels at a
/// place: e^x / sum of e^x. leaky_relu x > 0 ? x : x / 5, swish (silu) x·sigmoid(x), gelu x times
/// the share of a standard normal distribution below x; the rest as their names say. The
/// derivatives of most follow from the result y alone: relu [y > 0], sigmoid y(1 - y), tanh 1 - y²,
/// elu y > 0 ? 1 : y + 1, softplus 1 - exp(-y), softmax dx = y(dy - sum of y·dy), leaky_relu y > 0
/// ? 1 : 1/5.
enum class Activation {
  linear,
  relu,
  sigmoid,
  tanh,
  elu,
  softplus,
  softmax,
  leaky_relu,
  swish,
  gelu
};

/// swish and gelu fall and rise again, so that y does not tell their derivative: x has to be kept.
/// A layer that ends in one says so (Layer::activation()) as `linear`.
inline bool derivative_needs_input(Activation activation) {
  return activation == Activation::swish || activation == Activation::gelu;
}

std::string_view name(Activation activation);  ///< "relu"
std::vector<std::string> activation_names();   ///< in the order of the enumerators
/// Error, with the nearest name, if there is none.
Activation activation_from_name(std::string_view name);

// Blocks agree in channels, height and width, each with its own halo; halos are neither read nor
// written.

/// y = f(x); x and y may be the same block.
void activate(Activation activation, const ConstBlock& x, const Block& y);
/// dx = dy · f'(x), from y = f(x), or from x where derivative_needs_input(); dx may be one of the
/// inputs.
void activate_backward(Activation activation, const ConstBlock& y, const ConstBlock& dy,
                       const Block& dx);
/// y = x > 0 ? x : slope·x for a slope of at least 0, and its way back from y or x.
void leaky_relu(const ConstBlock& x, float slope, const Block& y);
void leaky_relu_backward(const ConstBlock& y, const ConstBlock& dy, float slope, const Block& dx);

}  // namespace pipeline::nn

/// `activation: relu`
template <>
struct pipeline::ParamType<pipeline::nn::Activation> {
  static Value schema();
  static void assign(nn::Activation& member, const Value& value, const Assign& at);
  static Value value(nn::Activation member, const PathRendering& paths);
};
