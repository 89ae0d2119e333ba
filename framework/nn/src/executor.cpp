#include "pipeline/nn/executor.h"

#include <algorithm>

#include "pipeline/error.h"
#include "pipeline/nn/elementwise.h"

namespace pipeline::nn {

/// What is kept of a node between passes.
struct Executor::State {
  Batch values, gradient;
  std::vector<Batch> extra;  ///< gradients by inputs that already have some from elsewhere
  AlignedFloats partials;
  // Of the pass in hand:
  bool given = false;              ///< its values come from outside
  bool needed = false;             ///< something below wants its gradient
  bool reached = false;            ///< it has a gradient
  bool before_activation = false;  ///< of what goes into its activation
};

Executor::Executor(Graph& graph, int capacity)
    : graph_(graph), capacity_(capacity), weight_gradients_(graph.weights().size()) {
  for (NodeId node = 0; node < graph.size(); ++node) states_.push_back(std::make_unique<State>());
}

Executor::~Executor() = default;

Batch& Executor::values(NodeId node) {
  Batch& values = states_[node]->values;
  if (values.capacity() == 0) values = Batch(graph_.shape(node), capacity_, graph_.halo(node));
  return values;
}

Batch& Executor::gradient(NodeId node) {
  Batch& gradient = states_[node]->gradient;
  if (gradient.capacity() == 0)
    gradient = Batch(graph_.shape(node), capacity_, graph_.gradient_halo(node));
  gradient.set_samples(values(node).samples());
  return gradient;
}

void Executor::forward(const Pass& pass, const std::vector<NodeId>& inputs,
                       const std::vector<NodeId>& outputs) {
  computed_ = graph_.between(inputs, outputs);
  for (auto& state : states_) state->given = false;
  int samples = -1;
  for (NodeId input : inputs) {
    states_[input]->given = true;
    const int found = values(input).samples();
    if (samples >= 0 && found != samples)
      throw Error("'" + graph_.name(inputs[0]) + "' was given " + std::to_string(samples) +
                  " samples, and '" + graph_.name(input) + "' " + std::to_string(found));
    samples = found;
  }
  const Threads& threads = pass.threads ? *pass.threads : single_;
  for (NodeId node : computed_)
    if (!states_[node]->given) {
      values(node).set_samples(samples);
      run_forward(pass, node, threads);
    }
}

void Executor::run_forward(const Pass& pass, NodeId node, const Threads& threads) {
  std::vector<const Batch*> x;
  for (NodeId input : graph_.inputs(node)) x.push_back(&values(input));
  Layer& layer = graph_.layer(node);
  layer.prepare(pass);
  layer.forward_batch({pass, graph_.stream(node), x, values(node), threads});
}

void Executor::backward(const Pass& pass, const std::vector<Seed>& seeds) {
  const auto wanted = [&](NodeId node) {
    return std::find(wanted_.begin(), wanted_.end(), node) != wanted_.end();
  };
  for (auto& state : states_) {
    state->reached = state->before_activation = false;
    state->needed = false;
  }
  for (NodeId node : computed_) {
    State& state = *states_[node];
    state.needed = wanted(node) || (!state.given && graph_.parameters(node) > 0);
    if (!state.given)
      for (NodeId input : graph_.inputs(node)) state.needed |= states_[input]->needed;
  }
  for (const Seed& seed : seeds) {
    if (std::find(computed_.begin(), computed_.end(), seed.node) == computed_.end())
      throw Error("backward from '" + graph_.name(seed.node) + "', which forward did not compute");
    states_[seed.node]->reached = true;
    states_[seed.node]->before_activation = seed.before_activation;
  }
  weight_gradients_.fill(0);
  const Threads& threads = pass.threads ? *pass.threads : single_;
  for (auto node = computed_.rbegin(); node != computed_.rend(); ++node) {
    const State& state = *states_[*node];
    if (state.reached && state.needed && !state.given) run_backward(pass, *node, threads);
    if (state.needed && !state.reached && wanted(*node)) {
      const std::span<float> values = gradient(*node).data();
      std::fill(values.begin(), values.end(), 0.0f);
    }
  }
}

void Executor::run_backward(const Pass& pass, NodeId node, const Threads& threads) {
  State& state = *states_[node];
  const std::vector<NodeId>& inputs = graph_.inputs(node);
  state.extra.resize(inputs.size());
  std::vector<const Batch*> x;
  std::vector<Batch*> dx;
  std::vector<std::pair<NodeId, Batch*>> to_add;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    State& input = *states_[inputs[i]];
    x.push_back(&values(inputs[i]));
    if (!input.needed) {
      dx.push_back(nullptr);
    } else if (!input.reached) {  // the first to write there
      dx.push_back(&gradient(inputs[i]));
      input.reached = true;
    } else {
      Batch& extra = state.extra[i];
      if (extra.capacity() == 0)
        extra = Batch(graph_.shape(inputs[i]), capacity_, graph_.gradient_halo(inputs[i]));
      extra.set_samples(values(inputs[i]).samples());
      dx.push_back(&extra);
      to_add.emplace_back(inputs[i], &extra);
    }
  }
  std::span<float> gradients;
  if (const auto infos = graph_.weight_infos(node); !infos.empty()) {
    const std::size_t first = infos.front().offset;
    const std::size_t last =
        (infos.back().offset + infos.back().size + kLanes - 1) / kLanes * kLanes;
    gradients = weight_gradients_.span().subspan(first, last - first);
  }
  graph_.layer(node).backward_batch({pass, graph_.stream(node), x, values(node), gradient(node), dx,
                                     gradients, state.partials, state.before_activation, threads});
  for (const auto& [input, extra] : to_add) add_gradient(input, *extra, threads);
}

void Executor::add_gradient(NodeId node, Batch& more, const Threads& threads) {
  Batch& sum = gradient(node);
  const Batch& y = values(node);
  const bool before = states_[node]->before_activation;
  threads.each(sum.blocks(), [&](int b) {
    const Block extra = more.block(b), block = sum.block(b);
    if (before) activate_backward(graph_.layer(node).activation(), y.block(b), extra, extra);
    add(block, extra, block);
  });
}

std::vector<float> predict(Graph& graph, NodeId input, NodeId output, std::span<const float> x,
                           const Threads& threads, int batch_size,
                           const std::function<void(std::int64_t)>& between) {
  const std::int64_t in = elements(graph.shape(input)), out = elements(graph.shape(output));
  const std::int64_t rows = std::int64_t(x.size()) / in;
  std::vector<float> y(std::size_t(rows * out));
  Executor executor(graph,
                    int(std::min<std::int64_t>(batch_size, std::max<std::int64_t>(rows, 1))));
  Pass pass;
  pass.threads = &threads;
  for (std::int64_t first = 0; first < rows; first += batch_size) {
    const int count = int(std::min<std::int64_t>(batch_size, rows - first));
    executor.input(input).gather(x, first, count);
    executor.forward(pass, {input}, {output});
    executor.output(output).scatter(
        std::span(y).subspan(std::size_t(first * out), std::size_t(count * out)));
    if (between) between(first + count);
  }
  return y;
}

}  // namespace pipeline::nn
