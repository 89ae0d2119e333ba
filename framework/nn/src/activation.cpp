#include "pipeline/nn/activation.h"

#include "pipeline/error.h"
#include "views.h"

namespace pipeline::nn {

std::vector<std::string> activation_names() {
  return {"linear",   "relu",    "sigmoid",    "tanh",  "elu",
          "softplus", "softmax", "leaky_relu", "swish", "gelu"};
}

std::string_view name(Activation activation) {
  static const std::vector<std::string> names = activation_names();
  return names[std::size_t(activation)];
}

Activation activation_from_name(std::string_view wanted) {
  const std::vector<std::string> names = activation_names();
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == wanted) return Activation(i);
  throw Error("there is no activation '" + std::string(wanted) + "'" + suggestion(wanted, names));
}

void activate(Activation activation, const ConstBlock& x, const Block& y) {
  if (activation == Activation::linear && x.data == y.data) return;
  kernels::table().activate[std::size_t(activation)](view(x), view(y));
}

void activate_backward(Activation activation, const ConstBlock& y, const ConstBlock& dy,
                       const Block& dx) {
  if (activation == Activation::linear && dy.data == dx.data) return;
  kernels::table().activate_backward[std::size_t(activation)](view(y), view(dy), view(dx));
}

void leaky_relu(const ConstBlock& x, float slope, const Block& y) {
  kernels::table().leaky_relu(view(x), slope, view(y));
}

void leaky_relu_backward(const ConstBlock& y, const ConstBlock& dy, float slope, const Block& dx) {
  kernels::table().leaky_relu_backward(view(y), view(dy), slope, view(dx));
}

}  // namespace pipeline::nn

namespace pipeline {

Value ParamType<nn::Activation>::schema() {
  Value::List names;
  for (const std::string& name : nn::activation_names()) names.push_back(name);
  return Value::Map{{"type", "string"}, {"enum", names}};
}

void ParamType<nn::Activation>::assign(nn::Activation& member, const Value& value,
                                       const Assign& at) {
  if (!value.is_string()) return at.mismatch("the name of an activation", value);
  try {
    member = nn::activation_from_name(value.as_string());
  } catch (const Error& error) {
    at.error(at.subject() + ": " + error.what());
  }
}

Value ParamType<nn::Activation>::value(nn::Activation member, const PathRendering&) {
  return name(member);
}

}  // namespace pipeline
