#include "output_metrics.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

using namespace pipeline;

namespace {

std::string name_of(const std::string& output, const nn::Metric& metric) {
  return output.empty() ? metric.name() : output + "_" + metric.name();
}

}  // namespace

std::vector<std::string> OutputMetrics::names() const {
  std::vector<std::string> names;
  for (const auto& [output, metrics] : by_output_)
    for (const auto& metric : metrics) names.push_back(name_of(output, *metric));
  return names;
}

std::vector<nn::OutputMetric> OutputMetrics::find(const nn::Network& network) const {
  std::vector<std::string> outputs;
  for (const nn::Network::Output& output : network.outputs)
    outputs.push_back(network.graph.name(output.node));
  std::vector<nn::OutputMetric> found;
  for (const auto& [name, metrics] : by_output_) {
    if (name.empty() && outputs.size() > 1 && !metrics.empty())
      throw Error(fmt::format(
          "the model has the outputs {}: say which metrics each has, 'metrics: {{{}: […]}}'",
          fmt::join(outputs, ", "), outputs[0]));
    const auto place =
        name.empty() ? outputs.begin() : std::find(outputs.begin(), outputs.end(), name);
    if (place == outputs.end())
      throw Error(fmt::format("metrics: the model has no output '{}'{}; it has {}", name,
                              suggestion(name, outputs), fmt::join(outputs, ", ")));
    for (const auto& metric : metrics)
      found.push_back({std::size_t(place - outputs.begin()), metric.get(), name_of(name, *metric)});
  }
  return found;
}

namespace pipeline {

Value ParamType<OutputMetrics>::schema() {
  const Value list = ParamType<std::vector<std::unique_ptr<nn::Metric>>>::schema();
  return Value::Map{
      {"anyOf", Value::List{list, Value::Map{{"type", "object"}, {"additionalProperties", list}}}}};
}

void ParamType<OutputMetrics>::assign(OutputMetrics& member, const Value& value, const Assign& at) {
  using Lists = ParamType<OutputMetrics::List>;
  member.by_output_.clear();
  if (!value.is_map()) return Lists::assign(member.by_output_[""], value, at);
  for (const auto& [output, list] : value.as_map())
    Lists::assign(member.by_output_[output], list, at.inside(output));
}

Value ParamType<OutputMetrics>::value(const OutputMetrics& member, const PathRendering& paths) {
  using Lists = ParamType<OutputMetrics::List>;
  const auto& lists = member.by_output_;
  if (lists.empty()) return Value::List();
  if (lists.size() == 1 && lists.count("")) return Lists::value(lists.at(""), paths);
  Value::Map map;
  for (const auto& [output, list] : lists) map.emplace(output, Lists::value(list, paths));
  return map;
}

}  // namespace pipeline
