#include "pipeline/nn/trained_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace pipeline::nn {
namespace {

Value shape_value(const Shape& shape) {
  Value::List sizes;
  for (std::int64_t size : shape) sizes.emplace_back(size);
  return sizes;
}

Value shapes_value(const std::vector<Shape>& shapes) {
  Value::List list;
  for (const Shape& shape : shapes) list.push_back(shape_value(shape));
  return list;
}

std::vector<Shape> shapes_from(const Value& value) {
  std::vector<Shape> shapes;
  for (const Value& sizes : value.as_list()) {
    Shape& shape = shapes.emplace_back();
    for (const Value& size : sizes.as_list()) {
      if (size.as_int() < 1) throw Error("a model's input_shapes have the size " + size.to_json());
      shape.push_back(size.as_int());
    }
  }
  return shapes;
}

LoadedModel build(const Value& description, const std::vector<Shape>& inputs,
                  ComponentFactory& components) {
  LoadedModel loaded;
  loaded.model = components.make_from<Model>(description);
  loaded.network = loaded.model->build(inputs, components);
  return loaded;
}

constexpr std::string_view kWeights = "weights/";

struct Form {
  DType dtype;
  Shape shape;
};

/// Error naming each weight that is missing in `found`, has another form or is too much.
void require_weights(const Graph& graph, const std::map<std::string, Form>& found) {
  std::string wrong;
  const auto complain = [&](const std::string& text) {
    wrong += (wrong.empty() ? "" : "; ") + text;
  };
  std::set<std::string> paths;
  for (const WeightInfo& info : graph.weight_infos()) {
    paths.insert(info.path);
    const auto form = found.find(info.path);
    if (form == found.end()) complain(fmt::format("'{}' is missing", info.path));
    else if (form->second.dtype != DType::f32 || form->second.shape != info.shape)
      complain(fmt::format("'{}' is {} of {}, expected f32 of {}", info.path,
                           name(form->second.dtype), to_string(form->second.shape),
                           to_string(info.shape)));
  }
  for (const auto& [path, form] : found)
    if (!paths.count(path)) complain(fmt::format("'{}' belongs to no layer of the model", path));
  if (!wrong.empty()) throw Error("the weights do not fit the model: " + wrong);
}

}  // namespace

TrainedModel capture(Model& model, Network& network) {
  Graph& graph = network.graph;
  TrainedModel trained{description_of(model), {}, {}};
  for (NodeId input : network.inputs) trained.inputs.push_back(graph.shape(input));
  for (const WeightInfo& info : graph.weight_infos()) {
    Array array = Array::zeros<float>(info.shape);
    const auto values = graph.values(info);
    std::copy(values.begin(), values.end(), array.mutable_view<float>().begin());
    trained.weights.emplace(info.path, std::move(array));
  }
  return trained;
}

void require_same_weights(const Graph& graph, const Graph& other) {
  std::map<std::string, Form> forms;
  for (const WeightInfo& info : other.weight_infos())
    forms.emplace(info.path, Form{DType::f32, info.shape});
  require_weights(graph, forms);
}

void set_weights(Graph& graph, const std::map<std::string, Array>& weights) {
  std::map<std::string, Form> forms;
  for (const auto& [path, array] : weights) forms.emplace(path, Form{array.dtype(), array.shape()});
  require_weights(graph, forms);
  for (const WeightInfo& info : graph.weight_infos()) {
    const auto values = weights.at(info.path).view<float>();
    std::copy(values.begin(), values.end(), graph.values(info).begin());
  }
}

LoadedModel load(const TrainedModel& trained, ComponentFactory& components) {
  LoadedModel loaded = build(trained.description, trained.inputs, components);
  set_weights(loaded.network.graph, trained.weights);
  return loaded;
}

Value model_info(Model& model, const std::vector<Shape>& inputs) {
  return Value::Map{{"description", description_of(model)}, {"input_shapes", shapes_value(inputs)}};
}

LoadedModel build(const Value& info, ComponentFactory& components) {
  if (!info.has("description") || !info.has("input_shapes"))
    throw Error(
        "nothing is known of the model: expected the output 'model' of a stage such as "
        "train.fit, which says what the model is before it is trained");
  return build(info.at("description"), shapes_from(info.at("input_shapes")), components);
}

}  // namespace pipeline::nn

namespace pipeline {

Artifact ArtifactCodec<nn::TrainedModel>::encode(nn::TrainedModel&& model) {
  Artifact artifact{type, {}, {}};
  artifact.attributes["description"] = model.description.to_json();
  artifact.attributes["input_shapes"] = nn::shapes_value(model.inputs);
  for (auto& [path, array] : model.weights)
    artifact.arrays.emplace(std::string(nn::kWeights) + path, std::move(array));
  return artifact;
}

nn::TrainedModel ArtifactCodec<nn::TrainedModel>::decode(const Artifact& artifact) {
  const Value attributes(artifact.attributes);
  nn::TrainedModel model;
  model.description = Value::parse_json(attributes.at("description").as_string());
  model.inputs = nn::shapes_from(attributes.at("input_shapes"));
  for (const auto& [path, array] : artifact.arrays) {
    if (!path.starts_with(nn::kWeights))
      throw Error("a model holds an array '" + path + "'; expected all under '" +
                  std::string(nn::kWeights) + "'");
    model.weights.emplace(path.substr(nn::kWeights.size()), array);
  }
  return model;
}

}  // namespace pipeline
