#pragma once
#include <string>
#include <vector>

#include "pipeline/nn/graph.h"

namespace pipeline::nn {

/// One line of a summary.
struct SummaryRow {
  std::string layer;  ///< "conv2d_1 (Conv2D)"
  std::string shape;  ///< "(None, 16, 28, 28)"
  std::int64_t parameters = 0;
  std::vector<std::string> connected_to;  ///< "input_1[0][0]"
};

/// "(None, 16, 28, 28)"
std::string batch_shape(const Shape& sample);
/// The table that Keras 2 prints: layer (type), output shape, parameters, and with `connections`
/// what each is connected to; then the totals. Columns grow where a text would not fit.
std::string summary_table(const std::vector<SummaryRow>& rows, bool connections);
/// Of the nodes from `inputs` to `outputs`; an input that is a layer inside the graph shows as an
/// InputLayer. Connections are shown where the nodes are not a chain.
std::string summary(const Graph& graph, const std::vector<NodeId>& inputs,
                    const std::vector<NodeId>& outputs);

}  // namespace pipeline::nn
