#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/nn/tensor.h"
#include "pipeline/param_types.h"

namespace pipeline::nn {

/// Functions that a layer can end in, of one value or, softmax, of the values of all channels at a
/// place: e^x / sum of e^x. Their derivatives follow from the result y alone: relu [y > 0], sigmoid
/// y(1 - y), tanh 1 - y², elu y > 0 ? 1 : y + 1, softplus 1 - exp(-y), softmax dx = y(dy - sum of
/// y·dy).
enum class Activation { linear, relu, sigmoid, tanh, elu, softplus, softmax };

std::string_view name(Activation activation);  ///< "relu"
std::vector<std::string> activation_names();   ///< in the order of the enumerators
/// Error, with the nearest name, if there is none.
Activation activation_from_name(std::string_view name);

// Blocks agree in channels, height and width, each with its own halo; halos are neither read nor
// written.

/// y = f(x); x and y may be the same block.
void activate(Activation activation, const ConstBlock& x, const Block& y);
/// dx = dy · f'(x), from y = f(x); dx may be one of the inputs.
void activate_backward(Activation activation, const ConstBlock& y, const ConstBlock& dy,
                       const Block& dx);

}  // namespace pipeline::nn

/// `activation: relu`
template <>
struct pipeline::ParamType<pipeline::nn::Activation> {
  static Value schema();
  static void assign(nn::Activation& member, const Value& value, const Assign& at);
  static Value value(nn::Activation member, const PathRendering& paths);
};
