#pragma once
#include <string>
#include <vector>

#include "pipeline/nn/network.h"
#include "pipeline/value.h"

namespace pipeline::nn {

/// Layers, shapes and numbers of parameters of a network or of a part of it.
struct Summary {
  struct Row {
    std::string name, class_name;           ///< "conv2d_1", "Conv2D"
    std::vector<Shape> shapes;              ///< of a sample, one for each output
    std::int64_t parameters = 0;            ///< trainable or not
    std::vector<std::string> connected_to;  ///< "conv2d_1[0][0]": layer, which of its calls, 0
  };
  std::string name;  ///< "encoder"
  std::vector<Row> rows;
  bool chain = true;  ///< each row is connected to the one above it alone
  std::int64_t trainable = 0, non_trainable = 0;
};

/// Of each part, then of the whole, `name`: a chain of its parts, or, where there are none, layer
/// by layer. A part that begins behind a layer begins with an InputLayer of its own name,
/// "input_2".
std::vector<Summary> summaries(const Network& network, const std::string& name);

/// The table that Keras 2 prints: layer (type), output shape, parameters and, unless the rows are a
/// chain, what each is connected to; then the totals. Columns grow where a text would not fit.
std::string table_of(const Summary& summary);

/// {"name", "layers": [{"name", "class_name", "output_shape" (null first, for the batch; a list of
/// shapes where there are several), "parameters", "connected_to"}], "total_parameters",
/// "trainable_parameters", "non_trainable_parameters"}
Value value_of(const Summary& summary);

}  // namespace pipeline::nn
