#include "pipeline/nn/graph.h"

#include <algorithm>
#include <cctype>

#include "pipeline/error.h"

namespace pipeline::nn {
namespace {

/// Keras' names: "MaxPooling2D" becomes "max_pooling2d".
std::string snake_case(std::string_view name) {
  std::string snake;
  const auto is = [&](std::size_t i, auto test) {
    return i < name.size() && test(static_cast<unsigned char>(name[i]));
  };
  const auto upper = [](int c) { return std::isupper(c) != 0; };
  const auto lower = [](int c) { return std::islower(c) != 0; };
  const auto tail = [](int c) { return std::islower(c) || std::isdigit(c); };
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (i > 0 && is(i, upper) && (is(i - 1, lower) || is(i + 1, tail))) snake += '_';
    snake += char(std::tolower(static_cast<unsigned char>(name[i])));
  }
  return snake;
}

std::string shapes_text(const std::vector<Shape>& shapes) {
  std::string text;
  for (const Shape& shape : shapes) text += (text.empty() ? "" : ", ") + to_string(shape);
  return text;
}

}  // namespace

std::string Graph::unique_name(std::string name, const std::string& base) {
  const auto taken = [&](const std::string& wanted) {
    return std::any_of(nodes_.begin(), nodes_.end(),
                       [&](const Node& node) { return node.name == wanted; });
  };
  if (name.empty()) {
    do name = base + "_" + std::to_string(++counters_[base]);
    while (taken(name));
    return name;
  }
  if (taken(name))
    throw Error("two layers are named '" + name + "'; give each layer of a model its own name");
  if (name.find('/') != std::string::npos)
    throw Error("the layer's name '" + name + "' contains a '/', which separates parts of paths");
  return name;
}

NodeId Graph::add_input(Shape sample, std::string name) {
  Geometry::of(sample);  // complains of unknown sizes
  Node node;
  node.name = unique_name(std::move(name), "input");
  node.part = part_;
  node.shape = std::move(sample);
  node.owner = size();
  nodes_.push_back(std::move(node));
  return size() - 1;
}

NodeId Graph::add(std::unique_ptr<Layer> layer, std::vector<NodeId> inputs, std::string name) {
  return add_node(std::move(layer), std::move(inputs), std::move(name), -1);
}

NodeId Graph::add_shared(NodeId of, std::unique_ptr<Layer> layer, std::vector<NodeId> inputs,
                         std::string name) {
  return add_node(std::move(layer), std::move(inputs), std::move(name), owner(of));
}

/// `shares` is the node whose weights the new one has, or -1.
NodeId Graph::add_node(std::unique_ptr<Layer> layer, std::vector<NodeId> inputs, std::string name,
                       NodeId shares) {
  Node node;
  node.name = unique_name(std::move(name), snake_case(layer->class_name()));
  node.part = part_;
  if (inputs.size() > kMaxInputs)
    throw Error("layer '" + node.name + "' has " + std::to_string(inputs.size()) +
                " inputs; at most " + std::to_string(kMaxInputs) + " are possible");
  std::vector<Shape> shapes;
  for (NodeId input : inputs) shapes.push_back(shape(input));
  Builder builder;
  try {
    node.shape = layer->build(shapes, builder);
    Geometry::of(node.shape);
    for (std::size_t i = 0; i < builder.input_halos_.size(); ++i)
      if (builder.input_halos_[i] > 0 && shapes.at(i).size() < 2)
        throw Error("the layer wants zeros around an input of shape " + shapes_text(shapes) +
                    ", which has no rows and columns");
  } catch (const Error& error) {
    throw Error("layer '" + node.name + "': " + error.what());
  }
  for (std::size_t i = 0; i < builder.input_halos_.size(); ++i) {
    int& halo = nodes_[inputs[i]].halo;
    halo = std::max(halo, builder.input_halos_[i]);
  }
  node.layer = std::move(layer);
  node.kept = builder.kept_;
  node.inputs = std::move(inputs);
  node.gradient_halo = node.shape.size() < 2 ? 0 : builder.gradient_halo_;
  if (shares >= 0) share_weights(node, nodes_[shares], builder);
  node.owner = shares >= 0 ? shares : size();
  nodes_.push_back(std::move(node));
  if (shares < 0) add_weights(nodes_.back(), size() - 1, builder);
  nodes_.back().stream = stream_of(path(size() - 1));
  return size() - 1;
}

void Graph::add_weights(Node& node, NodeId id, const Builder& builder) {
  node.first_weight = infos_.size();
  node.weight_count = builder.weights_.size();
  node.offset = weights_size_;
  node.size = builder.size_;
  for (const Builder::Declared& declared : builder.weights_) {
    Weight& weight = *declared.weight;
    const std::size_t base = declared.trainable ? weights_size_ : states_size_;
    infos_.push_back({path(id) + "/" + declared.name, weight.shape_, base + weight.offset_,
                      weight.size_, id, declared.trainable, declared.rules});
    initializers_.push_back(declared.initializer);
    node.handles.push_back(&weight);
  }
  weights_size_ += builder.size_;
  states_size_ += builder.state_size_;
}

void Graph::share_weights(Node& node, const Node& of, const Builder& builder) const {
  node.first_weight = of.first_weight;
  node.weight_count = of.weight_count;
  node.offset = of.offset;
  node.size = of.size;
  bool equal = builder.weights_.size() == of.weight_count;
  for (std::size_t i = 0; equal && i < of.weight_count; ++i) {
    equal = builder.weights_[i].weight->shape_ == infos_[of.first_weight + i].shape;
    node.handles.push_back(builder.weights_[i].weight);
  }
  if (!equal)
    throw Error("layer '" + node.name + "' shares the weights of '" + of.name +
                "', and would need others for its input; give it one of the same shape");
}

std::string Graph::path(NodeId node) const {
  const Node& n = nodes_[node];
  return n.part.empty() ? n.name : n.part + "/" + n.name;
}

NodeId Graph::find(std::string_view name) const {
  std::vector<std::string> names;
  for (NodeId i = 0; i < size(); ++i) {
    if (nodes_[i].name == name) return i;
    names.push_back(nodes_[i].name);
  }
  throw Error("the model has no layer '" + std::string(name) + "'" + suggestion(name, names));
}

std::string Graph::class_name(NodeId node) const {
  return is_input(node) ? "InputLayer" : layer(node).class_name();
}

std::int64_t Graph::parameters(NodeId node) const {
  std::int64_t count = 0;
  if (owner(node) != node) return count;
  for (const WeightInfo& info : weight_infos(node)) count += std::int64_t(info.size);
  return count;
}

std::int64_t Graph::trainable_parameters(NodeId node) const {
  std::int64_t count = 0;
  if (owner(node) != node) return count;
  for (const WeightInfo& info : weight_infos(node))
    if (info.trainable) count += std::int64_t(info.size);
  return count;
}

std::int64_t Graph::parameters() const {
  std::int64_t count = 0;
  for (const WeightInfo& info : infos_) count += std::int64_t(info.size);
  return count;
}

void Graph::make_values() {
  if (weights_.size() == weights_size_ && states_.size() == states_size_) return;
  for (const auto& [values, size] :
       {std::pair{&weights_, weights_size_}, {&states_, states_size_}}) {
    AlignedFloats grown(size);
    std::copy(values->data(), values->data() + values->size(), grown.data());
    *values = std::move(grown);
  }
  for (Node& node : nodes_)
    for (std::size_t i = 0; i < node.handles.size(); ++i) {
      const WeightInfo& info = infos_[node.first_weight + i];
      node.handles[i]->data_ = (info.trainable ? weights_ : states_).data() + info.offset;
    }
}

std::span<float> Graph::values(const WeightInfo& info) {
  return (info.trainable ? weights() : states()).subspan(info.offset, info.size);
}

std::pair<std::size_t, std::size_t> Graph::trainable_range(NodeId node) const {
  return {nodes_[node].offset, nodes_[node].size};
}

std::vector<WeightInfo> Graph::trainable_infos() const {
  std::vector<WeightInfo> found;
  for (const WeightInfo& info : infos_)
    if (info.trainable) found.push_back(info);
  return found;
}

std::span<const WeightInfo> Graph::weight_infos(NodeId node) const {
  return std::span(infos_).subspan(nodes_[node].first_weight, nodes_[node].weight_count);
}

std::span<float> Graph::weight(std::string_view path) {
  std::vector<std::string> paths;
  for (const WeightInfo& info : infos_) {
    if (info.path == path) return values(info);
    paths.push_back(info.path);
  }
  throw Error("the model has no weight '" + std::string(path) + "'" + suggestion(path, paths));
}

void Graph::initialise(std::uint64_t seed) {
  for (std::size_t i = 0; i < infos_.size(); ++i)
    initializers_[i].fill(values(infos_[i]), infos_[i].shape, seed, stream_of(infos_[i].path));
}

double Graph::penalty() {
  double sum = 0;
  for (const WeightInfo& info : infos_)
    if (info.trainable && info.rules.regularizer)
      sum += info.rules.regularizer.penalty(values(info));
  return sum;
}

void Graph::add_penalty_gradients(std::span<float> gradients) {
  for (const WeightInfo& info : infos_)
    if (info.trainable && info.rules.regularizer)
      info.rules.regularizer.add_gradient(values(info), gradients.subspan(info.offset, info.size));
}

void Graph::constrain() {
  for (const WeightInfo& info : infos_)
    if (info.trainable) info.rules.constraint.apply(values(info), info.shape);
}

std::vector<NodeId> Graph::between(const std::vector<NodeId>& inputs,
                                   const std::vector<NodeId>& outputs) const {
  std::vector<char> wanted(nodes_.size(), 0);
  for (NodeId output : outputs) wanted[output] = 1;
  const auto is_given = [&](NodeId node) {
    return std::find(inputs.begin(), inputs.end(), node) != inputs.end();
  };
  for (NodeId node = size() - 1; node >= 0; --node)
    if (wanted[node] && !is_given(node)) {
      if (nodes_[node].inputs.empty())
        throw Error("'" + nodes_[node].name + "' is needed, and nothing was given for it");
      for (NodeId input : nodes_[node].inputs) wanted[input] = 1;
    }
  std::vector<NodeId> found;
  for (NodeId node = 0; node < size(); ++node)
    if (wanted[node]) found.push_back(node);
  return found;
}

}  // namespace pipeline::nn
