#include "pipeline/nn/loss.h"

#include "pipeline/error.h"

namespace pipeline::nn {

void Loss::gradient_before(Activation activation, const ConstBlock&, const ConstBlock&, float,
                           const Block&) const {
  throw Error("the loss '" + id() + "' has no gradient before the activation " +
              std::string(name(activation)));
}

namespace {

void require_equal_shapes(const Batch& y, const Batch& target) {
  if (y.sample() != target.sample() || y.samples() != target.samples())
    throw Error("a loss compares outputs of shape " + to_string(y.sample()) + " with targets of " +
                to_string(target.sample()) + "; they have to be equal (" +
                std::to_string(y.samples()) + " and " + std::to_string(target.samples()) +
                " samples)");
}

}  // namespace

std::vector<double> values(const Loss& loss, const Batch& y, const Batch& target,
                           const Threads& threads) {
  require_equal_shapes(y, target);
  std::vector<double> found(std::size_t(y.samples()));
  threads.each(y.blocks(), [&](int b) {
    const std::array<double, kLanes> block = loss.value(y.block(b), target.block(b));
    std::copy(block.begin(), block.begin() + y.lanes(b), found.begin() + b * kLanes);
  });
  return found;
}

Executor::Seed seed_gradient(const Loss& loss, const Graph& graph, Executor& executor, NodeId node,
                             const Batch& target, const Threads& threads) {
  const Batch& y = executor.output(node);
  require_equal_shapes(y, target);
  const Activation activation =
      graph.is_input(node) ? Activation::linear : graph.layer(node).activation();
  const bool before = activation != Activation::linear && loss.knows_before(activation);
  const float scale = 1 / float(y.samples());
  Batch& gradient = executor.gradient(node);
  threads.each(y.blocks(), [&](int b) {
    const Block dy = gradient.block(b);
    if (before) loss.gradient_before(activation, y.block(b), target.block(b), scale, dy);
    else loss.gradient(y.block(b), target.block(b), scale, dy);
    clear_unused_lanes(dy, y.lanes(b));
  });
  return {node, before};
}

}  // namespace pipeline::nn
