#include "rows.h"

#include <fmt/format.h>

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

void require_targets(const Input<Array>& targets, const nn::Network& network) {
  const nn::Network::Output& output = network.outputs[0];
  const Shape expected = network.target_shape(0), found = sample_of(targets.shape());
  // A label a row may have an axis of its own.
  const bool label = expected.empty() && found == Shape{1};
  if (compatible(found, expected) || label) return;
  throw Error(fmt::format(
      "input '{}' has targets of shape {}, and {} takes {} for what layer '{}' gives, {}",
      targets.info().name, to_string(found), output.loss->id(),
      expected.empty() ? "a class label, a number a row" : to_string(expected),
      network.graph.name(output.node), to_string(network.graph.shape(output.node))));
}

}  // namespace

FloatValues::FloatValues(const Array& array) {
  if (array.dtype() == DType::f32) {
    view_ = array.view<float>();
    return;
  }
  copies_ = elements_as<float>(array);
  view_ = copies_;
}

void require_rows(const RowPorts& ports, const nn::Network& network, std::string_view taker) {
  require_samples(ports.x, network.graph.shape(network.inputs[0]), taker);
  if (ports.targets.connected()) {
    require_same_rows(ports.targets, ports.x);
    require_targets(ports.targets, network);
  } else if (!network.outputs[0].gives_back) {
    throw Error(fmt::format(
        "input '{}' is not connected, and the model learns to give targets: connect labels, "
        "values or images, one for each row of input '{}'",
        ports.targets.info().name, ports.x.info().name));
  }
  if (ports.weights.connected()) require_same_rows(ports.weights, ports.x);
}

Rows::Rows(const RowPorts& ports, const nn::Network& network)
    : rows_(ports.x->shape()[0]),
      x_(ports.x.view()),
      x_size_(elements(network.graph.shape(network.inputs[0]))),
      target_size_(elements(network.target_shape(0))) {
  const nn::Network::Output& output = network.outputs[0];
  const bool given = ports.targets.connected();
  if (given) targets_.emplace(*ports.targets);
  const Port& port = given ? static_cast<const Port&>(ports.targets) : ports.x;
  nn::require_domain(output.loss->targets(network.graph.shape(output.node)),
                     given ? targets_->view() : x_, network.target_shape(0),
                     fmt::format("input '{}'", port.info().name), output.loss->id());
  if (!ports.weights.connected()) return;
  weights_.assign(ports.weights.view().begin(), ports.weights.view().end());
  nn::require_domain({0}, weights_, {}, fmt::format("input '{}'", ports.weights.info().name),
                     "a weight in the loss");
}

nn::Samples Rows::part(std::int64_t first, std::int64_t count) const {
  const auto cut = [&](std::span<const float> values, std::int64_t size) {
    return values.subspan(std::size_t(first * size), std::size_t(count * size));
  };
  nn::Samples samples{count, {cut(x_, x_size_)}, {}, {}};
  samples.targets = {targets_ ? cut(targets_->view(), target_size_) : samples.inputs[0]};
  if (!weights_.empty()) samples.weights = cut(weights_, 1);
  return samples;
}

std::vector<std::int64_t> Rows::classes() const {
  if (!targets_)
    throw Error("classes have no weights where the samples themselves are the targets");
  std::vector<std::int64_t> found;
  for (std::int64_t row = 0; row < rows_; ++row) {
    const auto values =
        targets_->view().subspan(std::size_t(row * target_size_), std::size_t(target_size_));
    found.push_back(target_size_ == 1
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
