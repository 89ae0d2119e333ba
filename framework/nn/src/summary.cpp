#include "pipeline/nn/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace pipeline::nn {
namespace {

/// 1234567 as "1,234,567".
std::string with_commas(std::int64_t value) {
  const std::string digits = std::to_string(value);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

/// "(None, 16, 28, 28)"
std::string batch_shape(const Shape& sample) {
  std::string text = "(None,";
  for (std::size_t i = 0; i < sample.size(); ++i)
    text.append(i ? ", " : " ").append(std::to_string(sample[i]));
  return text + ")";
}

std::string shapes_text(const std::vector<Shape>& shapes) {
  std::string text;
  for (const Shape& shape : shapes) text += (text.empty() ? "" : ", ") + batch_shape(shape);
  return shapes.size() == 1 ? text : "[" + text + "]";
}

using Cells = std::array<std::string, 4>;

std::string line(const Cells& cells, const std::array<std::size_t, 4>& widths, int columns) {
  std::string text;
  for (int i = 0; i < columns; ++i) text += fmt::format("{:<{}}", cells[i], widths[i]);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text + "\n";
}

bool contains(const std::vector<NodeId>& nodes, NodeId node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

/// Names for the inputs of parts that begin behind a layer: Keras', counted on from the graph's.
class PartInputs {
 public:
  explicit PartInputs(const Network& network) : inputs_(int(network.inputs.size())) {}
  std::string name(const Graph& graph, NodeId node) {
    if (graph.is_input(node)) return graph.name(node);
    return "input_" + std::to_string(++inputs_);
  }

 private:
  int inputs_;
};

void count_parameters(Summary& summary, const Graph& graph, NodeId node) {
  const std::int64_t all = graph.parameters(node), trainable = graph.trainable_parameters(node);
  summary.trainable += trainable;
  summary.non_trainable += all - trainable;
}

/// A layer that is called several times has one row, connected to the inputs of all calls.
Summary layer_by_layer(const std::string& name, const Graph& graph,
                       const std::vector<NodeId>& inputs, const std::vector<NodeId>& outputs,
                       PartInputs& part_inputs) {
  Summary summary{name, {}, true, 0, 0};
  std::map<NodeId, std::size_t> rows;    // by the node that owns the weights
  std::map<NodeId, std::string> called;  // "conv2d_1[0][0]"
  std::map<NodeId, int> calls;
  NodeId above = -1;
  for (NodeId node : graph.between(inputs, outputs)) {
    const bool given = contains(inputs, node);
    const NodeId owner = graph.owner(node);
    if (!rows.count(owner)) {
      rows[owner] = summary.rows.size();
      summary.rows.push_back({given ? part_inputs.name(graph, node) : graph.name(owner),
                              given ? "InputLayer" : graph.class_name(owner),
                              {graph.shape(node)},
                              given ? 0 : graph.parameters(owner),
                              {}});
      if (!given) count_parameters(summary, graph, owner);
    }
    Summary::Row& row = summary.rows[rows[owner]];
    called[node] = fmt::format("{}[{}][0]", row.name, calls[owner]++);
    if (!given)
      for (NodeId input : graph.inputs(node)) row.connected_to.push_back(called[input]);
    if (above >= 0 && (given || graph.inputs(node) != std::vector<NodeId>{above}))
      summary.chain = false;
    if (owner != node) summary.chain = false;
    above = node;
  }
  return summary;
}

Summary part_by_part(const std::string& name, const Network& network,
                     const std::vector<Summary>& parts) {
  Summary summary{name, {}, true, 0, 0};
  for (NodeId input : network.inputs)
    summary.rows.push_back(
        {network.graph.name(input), "InputLayer", {network.graph.shape(input)}, 0, {}});
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string above = summary.rows.back().name;
    std::vector<Shape> shapes;
    for (NodeId output : network.parts[i].outputs) shapes.push_back(network.graph.shape(output));
    summary.rows.push_back({parts[i].name,
                            "Model",
                            shapes,
                            parts[i].trainable + parts[i].non_trainable,
                            {above + "[0][0]"}});
    summary.trainable += parts[i].trainable;
    summary.non_trainable += parts[i].non_trainable;
  }
  return summary;
}

}  // namespace

std::vector<Summary> summaries(const Network& network, const std::string& name) {
  PartInputs part_inputs(network);
  std::vector<Summary> found;
  for (const Network::Part& part : network.parts)
    found.push_back(
        layer_by_layer(part.name, network.graph, part.inputs, part.outputs, part_inputs));
  if (!network.nested) {
    std::vector<NodeId> outputs;
    for (const Network::Output& output : network.outputs) outputs.push_back(output.node);
    found.push_back(layer_by_layer(name, network.graph, network.inputs, outputs, part_inputs));
  } else {
    found.push_back(part_by_part(name, network, found));
  }
  return found;
}

std::string table_of(const Summary& summary) {
  const Cells header = {"Layer (type)", "Output Shape", "Param #", "Connected to"};
  const int columns = summary.chain ? 3 : 4;
  // Keras' columns of a 65 or 98 characters wide table, wider where a text needs it.
  std::array<std::size_t, 4> widths = summary.chain ? std::array<std::size_t, 4>{29, 26, 10, 0}
                                                    : std::array<std::size_t, 4>{32, 21, 12, 33};
  const auto widen = [&](const Cells& cells) {
    for (int i = 0; i < columns; ++i) widths[i] = std::max(widths[i], cells[i].size() + 1);
  };
  widen(header);
  std::vector<Cells> lines;
  std::vector<bool> ends;  // of a layer: a rule follows
  for (const Summary::Row& row : summary.rows) {
    const auto connected = [&](std::size_t i) {
      return i < row.connected_to.size() ? row.connected_to[i] : std::string();
    };
    lines.push_back({row.name + " (" + row.class_name + ")", shapes_text(row.shapes),
                     std::to_string(row.parameters), connected(0)});
    for (std::size_t i = 1; !summary.chain && i < row.connected_to.size(); ++i)
      ends.push_back(false), lines.push_back({"", "", "", connected(i)});
    ends.push_back(true);
  }
  for (const Cells& cells : lines) widen(cells);
  const std::size_t width = widths[0] + widths[1] + widths[2] + widths[3];
  const std::string thin(width, '_'), thick(width, '=');
  std::string text = thin + "\n" + line(header, widths, columns) + thick + "\n";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    text += line(lines[i], widths, columns);
    if (ends[i]) text += (i + 1 == lines.size() ? thick : thin) + "\n";
  }
  return text + "Total params: " + with_commas(summary.trainable + summary.non_trainable) +
         "\nTrainable params: " + with_commas(summary.trainable) +
         "\nNon-trainable params: " + with_commas(summary.non_trainable) + "\n" + thin + "\n";
}

Value value_of(const Summary& summary) {
  const auto shape_value = [](const Shape& sample) {
    Value::List sizes{Value()};
    for (std::int64_t size : sample) sizes.emplace_back(size);
    return Value(sizes);
  };
  Value::List layers;
  for (const Summary::Row& row : summary.rows) {
    Value::List shapes, connected;
    for (const Shape& shape : row.shapes) shapes.push_back(shape_value(shape));
    for (const std::string& name : row.connected_to) connected.emplace_back(name);
    layers.push_back(Value::Map{{"name", row.name},
                                {"class_name", row.class_name},
                                {"output_shape", shapes.size() == 1 ? shapes[0] : Value(shapes)},
                                {"parameters", row.parameters},
                                {"connected_to", connected}});
  }
  return Value::Map{{"name", summary.name},
                    {"layers", layers},
                    {"total_parameters", summary.trainable + summary.non_trainable},
                    {"trainable_parameters", summary.trainable},
                    {"non_trainable_parameters", summary.non_trainable}};
}

}  // namespace pipeline::nn
