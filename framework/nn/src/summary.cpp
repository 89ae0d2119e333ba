#include "pipeline/nn/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

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

using Cells = std::array<std::string, 4>;

std::string line(const Cells& cells, const std::array<std::size_t, 4>& widths, int columns) {
  std::string text;
  for (int i = 0; i < columns; ++i) text += fmt::format("{:<{}}", cells[i], widths[i]);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text + "\n";
}

}  // namespace

std::string batch_shape(const Shape& sample) {
  std::string text = "(None,";
  for (std::size_t i = 0; i < sample.size(); ++i)
    text.append(i ? ", " : " ").append(std::to_string(sample[i]));
  return text + ")";
}

std::string summary_table(const std::vector<SummaryRow>& rows, bool connections) {
  const Cells header = {"Layer (type)", "Output Shape", "Param #", "Connected to"};
  const int columns = connections ? 4 : 3;
  // Keras' columns of a 65 or 98 characters wide table, wider where a text needs it.
  std::array<std::size_t, 4> widths = connections ? std::array<std::size_t, 4>{32, 21, 12, 33}
                                                  : std::array<std::size_t, 4>{29, 26, 10, 0};
  const auto widen = [&](const Cells& cells) {
    for (int i = 0; i < columns; ++i) widths[i] = std::max(widths[i], cells[i].size() + 1);
  };
  widen(header);
  std::vector<Cells> lines;
  std::vector<bool> ends;  // of a layer: a rule follows
  std::int64_t total = 0;
  for (const SummaryRow& row : rows) {
    const auto connected = [&](std::size_t i) {
      return i < row.connected_to.size() ? row.connected_to[i] : std::string();
    };
    lines.push_back({row.layer, row.shape, std::to_string(row.parameters), connected(0)});
    for (std::size_t i = 1; connections && i < row.connected_to.size(); ++i)
      ends.push_back(false), lines.push_back({"", "", "", connected(i)});
    ends.push_back(true);
    total += row.parameters;
  }
  for (const Cells& cells : lines) widen(cells);
  const std::size_t width = widths[0] + widths[1] + widths[2] + widths[3];
  const std::string thin(width, '_'), thick(width, '=');
  std::string text = thin + "\n" + line(header, widths, columns) + thick + "\n";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    text += line(lines[i], widths, columns);
    if (ends[i]) text += (i + 1 == lines.size() ? thick : thin) + "\n";
  }
  return text + "Total params: " + with_commas(total) +
         "\nTrainable params: " + with_commas(total) + "\nNon-trainable params: 0\n" + thin + "\n";
}

std::string summary(const Graph& graph, const std::vector<NodeId>& inputs,
                    const std::vector<NodeId>& outputs) {
  const std::vector<NodeId> nodes = graph.between(inputs, outputs);
  const auto is_given = [&](NodeId node) {
    return std::find(inputs.begin(), inputs.end(), node) != inputs.end();
  };
  std::vector<SummaryRow> rows;
  bool chain = true;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const NodeId node = nodes[i];
    const bool given = is_given(node);
    SummaryRow row{graph.name(node) + " (" + (given ? "InputLayer" : graph.class_name(node)) + ")",
                   batch_shape(graph.shape(node)),
                   given ? 0 : graph.parameters(node),
                   {}};
    if (!given)
      for (NodeId input : graph.inputs(node))
        row.connected_to.push_back(graph.name(input) + "[0][0]");
    if (i > 0 && (given || graph.inputs(node) != std::vector<NodeId>{nodes[i - 1]})) chain = false;
    rows.push_back(std::move(row));
  }
  return summary_table(rows, !chain);
}

}  // namespace pipeline::nn
