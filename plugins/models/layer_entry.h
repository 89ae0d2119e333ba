#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/nn/layer.h"

namespace models {

/// An entry of a model's list of layers:
///   dense: {units: 10}                      a layer; it reads what stands above it
///   {add: {}, name: sum, from: [a, b]}      with a name, and other inputs
///   {shared: a, from: c}                    the layer a once more, with its weights
struct LayerEntry {
  std::unique_ptr<pipeline::nn::Layer> layer;  ///< null where `shared` says which
  std::string shared;
  std::string name;               ///< "": one of Keras' kind, "dense_1"
  std::vector<std::string> from;  ///< none: what stands above
};

}  // namespace models

template <>
struct pipeline::ParamType<models::LayerEntry> {
  static Value schema();
  static void assign(models::LayerEntry& member, const Value& value, const Assign& at);
  static Value value(const models::LayerEntry& member, const PathRendering& paths);
};
