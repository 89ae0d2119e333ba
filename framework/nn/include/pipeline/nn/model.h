#pragma once
#include <memory>
#include <string>
#include <vector>

#include "pipeline/component.h"
#include "pipeline/declaration.h"
#include "pipeline/nn/network.h"

namespace pipeline::nn {

/// How layers join to a network, and what it learns by; training, predicting, encoding and decoding
/// are then the same for all models. plugins/models holds examples; a third party's derives from
/// this and is registered with PIPELINE_COMPONENT("my_model", MyModel). A trained model is made
/// again from its parameters: they have to say all that it is made of, and a component among them
/// that may be left out is null or a std::optional.
class Model : public Component {
 public:
  static constexpr const char* kKind = "model";

  /// The network for samples of these shapes, one for each input; weights not drawn yet. May be
  /// called again, for another. Error, naming part and layer, for layers that do not fit.
  virtual Network build(const std::vector<Shape>& inputs, ComponentFactory& components) const = 0;
};

/// For a model with one input: its shape. Error if there are more.
const Shape& only_input(const std::vector<Shape>& inputs);

/// A component of one's own like another: its parameters, an object apart.
template <class K>
std::unique_ptr<K> made_anew(const std::unique_ptr<K>& component, ComponentFactory& components) {
  return components.make_from<K>(description_of(*component));
}

/// Adds the layers as a chain behind `from`, under the part's name; the layers are made anew by the
/// factory, `layers` stay as they are. Returns the last node. Error with the part's name in front.
NodeId add_chain(Graph& graph, const std::string& part,
                 const std::vector<std::unique_ptr<Layer>>& layers, NodeId from,
                 ComponentFactory& components);

}  // namespace pipeline::nn
