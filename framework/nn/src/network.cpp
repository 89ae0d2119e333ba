#include "pipeline/nn/network.h"

namespace pipeline::nn {

Shape Network::target_shape(std::size_t output) const {
  const Output& found = outputs[output];
  return found.loss->target_shape(graph.shape(found.node));
}

}  // namespace pipeline::nn
