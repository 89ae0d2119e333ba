#include "pipeline/nn/model.h"

#include <algorithm>

#include "pipeline/error.h"
#include "pipeline/nn/summary.h"

namespace pipeline::nn {

NodeId add_chain(Graph& graph, const std::string& part,
                 const std::vector<std::unique_ptr<Layer>>& layers, NodeId from,
                 ComponentFactory& components) {
  graph.begin_part(part);
  for (const auto& layer : layers) try {
      from = graph.add(components.make_from<Layer>(description_of(*layer)), {from});
    } catch (const Error& error) {
      throw Error(part + ": " + error.what());
    }
  graph.begin_part("");
  return from;
}

double mean_loss(const Model& model, const Network& network, Executor& executor, int batch_size,
                 std::span<const float> x, const Threads& threads,
                 const std::function<void(std::int64_t)>& between) {
  const std::int64_t rows = std::int64_t(x.size()) / elements(network.graph.shape(network.input));
  const std::vector<NodeId> nodes = model.loss_nodes(network);
  Pass pass;
  pass.threads = &threads;
  double sum = 0;
  for (std::int64_t first = 0; first < rows; first += batch_size) {
    const int count = int(std::min<std::int64_t>(batch_size, rows - first));
    Batch& input = executor.input(network.input);
    input.gather(x, first, count);
    executor.forward(pass, {network.input}, nodes);
    for (double loss : model.loss({network, executor, input, threads})) sum += loss;
    if (between) between(first + count);
  }
  return rows == 0 ? 0 : sum / double(rows);
}

namespace {

SummaryRow part_row(const Graph& graph, const Network::Part& part) {
  SummaryRow row;
  row.layer = part.name + " (Model)";
  for (NodeId node : part.outputs)
    row.shape += (row.shape.empty() ? "" : ", ") + batch_shape(graph.shape(node));
  if (part.outputs.size() > 1) row.shape = "[" + row.shape + "]";
  for (NodeId node : graph.between(part.inputs, part.outputs))
    if (std::find(part.inputs.begin(), part.inputs.end(), node) == part.inputs.end())
      row.parameters += graph.parameters(node);
  return row;
}

}  // namespace

ModelSummary summaries(const Network& network) {
  const Graph& graph = network.graph;
  ModelSummary found;
  std::vector<SummaryRow> rows{{graph.name(network.input) + " (InputLayer)",
                                batch_shape(graph.shape(network.input)),
                                0,
                                {}}};
  for (const Network::Part& part : network.parts) {
    found.parts.emplace_back(part.name, summary(graph, part.inputs, part.outputs));
    rows.push_back(part_row(graph, part));
  }
  found.whole = network.parts.empty() ? summary(graph, {network.input}, {network.output})
                                      : summary_table(rows, /*connections=*/false);
  return found;
}

}  // namespace pipeline::nn
