#include "rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "inference.h"
#include "pipeline/elements.h"

using namespace pipeline;

namespace {

void require_same_rows(const Port& port, const Port& x) {
  const std::int64_t rows = port.shape()[0], expected = x.shape()[0];
  if (rows != kUnknown && expected != kUnknown && rows != expected)
    throw Error(fmt::format("input '{}' has {} rows, and input '{}' has {}; expected as many",
                            port.info().name, rows, x.info().name, expected));
}

void require_target(const Input<Array>& target, const nn::Network& network, std::size_t index) {
  const nn::Network::Output& output = network.outputs[index];
  const Shape expected = network.target_shape(index), found = sample_of(target.shape());
  // A label a row may have an axis of its own.
  const bool label = expected.empty() && found == Shape{1};
  if (compatible(found, expected) || label) return;
  throw Error(fmt::format(
      "input '{}' has targets of shape {}, and {} takes {} for what layer '{}' gives, {}",
      target.info().name, to_string(found), output.loss->id(),
      expected.empty() ? "a class label, a number a row" : to_string(expected),
      network.graph.name(output.node), to_string(network.graph.shape(output.node))));
}

std::vector<nn::NodeId> output_nodes(const nn::Network& network) {
  std::vector<nn::NodeId> nodes;
  for (const nn::Network::Output& output : network.outputs) nodes.push_back(output.node);
  return nodes;
}

}  // namespace

void require_arrays(const ListPort& list, const std::vector<const Port*>& arrays, const Port& x,
                    const nn::Network& network, const std::vector<nn::NodeId>& nodes,
                    std::string_view what) {
  std::vector<std::string> names;
  for (const nn::NodeId node : nodes) names.push_back(network.graph.name(node));
  if (arrays.size() != nodes.size())
    throw Error(fmt::format("input '{}' has {} array{}, and the model has {} {}{}: {}",
                            list.info().name, arrays.size(), arrays.size() == 1 ? "" : "s",
                            nodes.size(), what, nodes.size() == 1 ? "" : "s",
                            fmt::join(names, ", ")));
  for (const Port* array : arrays) require_same_rows(*array, x);
}

std::vector<Shape> samples_of(const InputList<float>& x) {
  std::vector<Shape> samples;
  for (std::size_t i = 0; i < x.size(); ++i) samples.push_back(sample_of(x[i].shape()));
  return samples;
}

FloatValues::FloatValues(const Array& array) {
  if (array.dtype() == DType::f32) {
    view_ = array.view<float>();
    return;
  }
  copies_ = elements_as<float>(array);
  view_ = copies_;
}

void require_rows(const RowPorts& ports, const nn::Network& network, std::string_view taker) {
  require_arrays(ports.x, ports.x, network, network.inputs, "input");
  for (std::size_t i = 0; i < ports.x.size(); ++i)
    require_samples(ports.x[i], network.graph.shape(network.inputs[i]), taker);
  if (ports.targets.connected()) {
    require_arrays(ports.targets, ports.x, network, output_nodes(network), "output");
    for (std::size_t i = 0; i < ports.targets.size(); ++i)
      require_target(ports.targets[i], network, i);
  } else {
    for (const nn::Network::Output& output : network.outputs)
      if (!output.gives_back)
        throw Error(fmt::format(
            "input '{}' is not connected, and the model learns to give targets: connect labels, "
            "values or images, one for each row of input '{}'",
            ports.targets.info().name, ports.x.info().name));
  }
  if (ports.weights.connected()) require_same_rows(ports.weights, ports.x[0]);
}

Rows::Rows(const RowPorts& ports, const nn::Network& network) : rows_(ports.x[0]->shape()[0]) {
  for (std::size_t i = 0; i < ports.x.size(); ++i)
    x_.push_back({ports.x[i].view(), elements(network.graph.shape(network.inputs[i]))});
  given_.reserve(ports.targets.size());
  for (std::size_t i = 0; i < network.outputs.size(); ++i) {
    const nn::Network::Output& output = network.outputs[i];
    const bool given = ports.targets.connected();
    if (given) given_.emplace_back(*ports.targets[i]);
    targets_.push_back(given ? Column{given_[i].view(), elements(network.target_shape(i))}
                             : x_[*output.gives_back]);
    const Port& port = given ? static_cast<const Port&>(ports.targets[i])
                             : static_cast<const Port&>(ports.x[*output.gives_back]);
    nn::require_domain(output.loss->targets(network.graph.shape(output.node)), targets_[i].values,
                       network.target_shape(i), fmt::format("input '{}'", port.info().name),
                       output.loss->id());
  }
  if (!ports.weights.connected()) return;
  weights_.assign(ports.weights.view().begin(), ports.weights.view().end());
  nn::require_domain({0}, weights_, {}, fmt::format("input '{}'", ports.weights.info().name),
                     "a weight in the loss");
}

nn::Samples Rows::part(std::int64_t first, std::int64_t count) const {
  nn::Samples samples{count, {}, {}, {}};
  for (const Column& x : x_) samples.inputs.push_back(x.rows(first, count));
  for (const Column& target : targets_) samples.targets.push_back(target.rows(first, count));
  if (!weights_.empty())
    samples.weights = std::span(weights_).subspan(std::size_t(first), std::size_t(count));
  return samples;
}

std::vector<std::int64_t> Rows::classes() const {
  if (given_.empty())
    throw Error("classes have no weights where the samples themselves are the targets");
  if (given_.size() > 1)
    throw Error(
        "classes have no weights where the model has several outputs: give samples weights");
  std::vector<std::int64_t> found;
  for (std::int64_t row = 0; row < rows_; ++row) {
    const auto values = targets_[0].rows(row, 1);
    found.push_back(targets_[0].size == 1
                        ? std::int64_t(values[0])
                        : std::max_element(values.begin(), values.end()) - values.begin());
  }
  return found;
}

void Rows::weigh(std::span<const double> class_weights) {
  const std::vector<std::int64_t> classes = this->classes();
  if (weights_.empty()) weights_.assign(std::size_t(rows_), 1.0f);
  for (std::size_t row = 0; row < classes.size(); ++row) {
    if (classes[row] < 0 || classes[row] >= std::int64_t(class_weights.size()))
      throw Error(
          fmt::format("row {} is of class {}, and there are weights of {} classes, counted "
                      "from 0",
                      row, classes[row], class_weights.size()));
    weights_[row] *= float(class_weights[std::size_t(classes[row])]);
  }
}
