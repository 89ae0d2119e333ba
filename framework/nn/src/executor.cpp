#include "pipeline/nn/executor.h"

#include <algorithm>
#include <cmath>

#include "pipeline/error.h"
#include "pipeline/nn/elementwise.h"

namespace pipeline::nn {

/// What is kept of a node between passes.
struct Executor::State {
  int halo = 0, gradient_halo = 0;
  Batch values, gradient;
  std::vector<Batch> extra;  ///< gradients by inputs that already have some from elsewhere
  AlignedFloats partials;
  AlignedFloats shared;      ///< gradients by weights that another node has given gradients already
  Fused fused;               ///< with the node in front of it, where the two can be one
  std::size_t own_kept = 0;  ///< floats a block that its own layer keeps
  AlignedFloats kept;        ///< by the layer that runs, from the way forward for the way back
  // Of the pass in hand:
  bool given = false;              ///< its values come from outside
  bool fuses = false;              ///< it does the work of the node in front of it, too
  bool absorbed = false;           ///< the node behind does its work
  bool needed = false;             ///< something below wants its gradient
  bool reached = false;            ///< it has a gradient
  bool has_gradients = false;      ///< its weights have theirs
  bool before_activation = false;  ///< of what goes into its activation

  std::size_t block_kept() const { return fuses ? fused.kept : own_kept; }
};

Executor::Executor(Graph& graph, int capacity)
    : graph_(graph), capacity_(capacity), weight_gradients_(graph.weights().size()) {
  for (NodeId node = 0; node < graph.size(); ++node) {
    states_.push_back(std::make_unique<State>());
    states_.back()->halo = graph.halo(node);
    states_.back()->gradient_halo = graph.gradient_halo(node);
    states_.back()->own_kept = graph.kept(node);
  }
  fuse_pairs();
}

Executor::~Executor() = default;

void Executor::fuse_pairs() {
  std::vector<int> readers(states_.size());
  for (NodeId node = 0; node < graph_.size(); ++node)
    for (NodeId input : graph_.inputs(node)) ++readers[std::size_t(input)];
  for (NodeId node = 0; node < graph_.size(); ++node) {
    if (graph_.inputs(node).size() != 1) continue;
    const NodeId before = graph_.inputs(node)[0];
    if (graph_.is_input(before) || readers[std::size_t(before)] != 1 ||
        states_[before]->fused.layer ||
        (graph_.parameters(node) > 0 && graph_.parameters(before) > 0))
      continue;
    State& state = *states_[node];
    state.fused = graph_.layer(node).fuse(graph_.layer(before), graph_.shape(before));
    if (!state.fused.layer) continue;
    state.gradient_halo = std::max(state.gradient_halo, state.fused.gradient_halo);
    for (NodeId input : graph_.inputs(before)) {
      if (state.fused.input_halo > 0 && graph_.shape(input).size() < 2)
        throw Error("layer '" + graph_.name(node) + "' together with '" + graph_.name(before) +
                    "' wants zeros around an input of shape " + to_string(graph_.shape(input)) +
                    ", which has no rows and columns");
      states_[input]->halo = std::max(states_[input]->halo, state.fused.input_halo);
    }
  }
}

Layer& Executor::layer(NodeId node) const {
  return states_[node]->fuses ? *states_[node]->fused.layer : graph_.layer(node);
}

const std::vector<NodeId>& Executor::inputs(NodeId node) const {
  return graph_.inputs(states_[node]->fuses ? graph_.inputs(node)[0] : node);
}

Batch& Executor::values(NodeId node) {
  State& state = *states_[node];
  if (state.values.capacity() == 0) state.values = Batch(graph_.shape(node), capacity_, state.halo);
  return state.values;
}

const Batch& Executor::output(NodeId node) {
  if (std::find(computed_.begin(), computed_.end(), node) == computed_.end())
    throw Error("the output of '" + graph_.name(node) +
                "' was asked for, and forward() was not told to compute it");
  return values(node);
}

std::string Executor::first_not_finite() const {
  for (NodeId node : computed_) {
    const Batch& y = states_[node]->values;
    std::vector<float> values(std::size_t(y.samples()) * std::size_t(y.geometry().values()));
    y.scatter(values);
    if (!std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); }))
      return graph_.name(node);
  }
  return "";
}

Batch& Executor::gradient(NodeId node) {
  Batch& gradient = states_[node]->gradient;
  if (gradient.capacity() == 0)
    gradient = Batch(graph_.shape(node), capacity_, states_[node]->gradient_halo);
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
  choose_fused(outputs);
  const Threads& threads = pass.threads ? *pass.threads : single_;
  for (NodeId node : computed_)
    if (!states_[node]->given) {
      values(node).set_samples(samples);
      run_forward(pass, node, threads);
    }
}

/// Of the nodes to be computed leaves out those whose work the nodes behind them do, which is
/// possible where nobody asks for what lies between.
void Executor::choose_fused(const std::vector<NodeId>& outputs) {
  const auto is_asked_for = [&](NodeId node) {
    return states_[node]->given ||
           std::find(outputs.begin(), outputs.end(), node) != outputs.end() ||
           std::find(wanted_.begin(), wanted_.end(), node) != wanted_.end();
  };
  for (auto& state : states_) state->fuses = state->absorbed = false;
  for (NodeId node : computed_) {
    State& state = *states_[node];
    if (!state.fused.layer || state.given || is_asked_for(graph_.inputs(node)[0])) continue;
    state.fuses = true;
    states_[graph_.inputs(node)[0]]->absorbed = true;
  }
  std::erase_if(computed_, [&](NodeId node) { return states_[node]->absorbed; });
}

void Executor::run_forward(const Pass& pass, NodeId node, const Threads& threads) {
  std::vector<const Batch*> x;
  for (NodeId input : inputs(node)) x.push_back(&values(input));
  State& state = *states_[node];
  const std::size_t kept = state.block_kept() * std::size_t(values(node).capacity() / kLanes);
  if (state.kept.size() < kept) state.kept = AlignedFloats(kept);
  Layer& runs = layer(node);
  runs.prepare(pass);
  runs.forward_batch(
      {pass, graph_.stream(node), x, values(node), state.kept.data(), state.block_kept(), threads});
}

void Executor::backward(const Pass& pass, const std::vector<Seed>& seeds) {
  const auto wanted = [&](NodeId node) {
    return std::find(wanted_.begin(), wanted_.end(), node) != wanted_.end();
  };
  for (auto& state : states_) {
    state->reached = state->before_activation = false;
    state->needed = state->has_gradients = false;
  }
  for (NodeId node : computed_) {
    State& state = *states_[node];
    state.needed = wanted(node) || (!state.given && !weight_gradients(node).empty());
    if (!state.given)
      for (NodeId input : inputs(node)) state.needed |= states_[input]->needed;
  }
  for (const Seed& seed : seeds) {
    if (std::find(computed_.begin(), computed_.end(), seed.node) == computed_.end())
      throw Error("backward from '" + graph_.name(seed.node) + "', which forward did not compute");
    states_[seed.node]->reached = true;
    states_[seed.node]->before_activation = seed.before_activation;
  }
  const Threads& threads = pass.threads ? *pass.threads : single_;
  for (auto node = computed_.rbegin(); node != computed_.rend(); ++node) {
    const State& state = *states_[*node];
    if (state.reached && state.needed && !state.given) run_backward(pass, *node, threads);
    if (state.needed && !state.reached && wanted(*node)) {
      const std::span<float> values = gradient(*node).data();
      std::fill(values.begin(), values.end(), 0.0f);
    }
  }
  for (NodeId node = 0; node < graph_.size(); ++node)
    if (!states_[graph_.owner(node)]->has_gradients) {
      const auto [first, size] = graph_.trainable_range(node);
      const std::span<float> none = weight_gradients_.span().subspan(first, size);
      std::fill(none.begin(), none.end(), 0.0f);
    }
}

/// The node whose weights a node works with: its own, or those of the node in front that it does
/// the work of.
NodeId Executor::weight_node(NodeId node) const {
  const bool own = graph_.trainable_range(node).second > 0 || !states_[node]->fuses;
  return graph_.owner(own ? node : graph_.inputs(node)[0]);
}

/// Where their gradients go.
std::span<float> Executor::weight_gradients(NodeId node) {
  const auto [first, size] = graph_.trainable_range(weight_node(node));
  return weight_gradients_.span().subspan(first, size);
}

/// The function that made a node's input, if the node's layer takes its derivative along: where it
/// is the first that gives the input a gradient. Those of other readers are added behind it.
Activation Executor::fold_activation(NodeId node) {
  if (inputs(node).size() != 1) return Activation::linear;
  const NodeId input = inputs(node)[0];
  const State& state = *states_[input];
  const bool is_wanted = std::find(wanted_.begin(), wanted_.end(), input) != wanted_.end();
  if (!state.needed || state.reached || state.given || is_wanted) return Activation::linear;
  const Activation made_by = layer(input).activation();
  return layer(node).does_derivative_of(made_by) ? made_by : Activation::linear;
}

void Executor::run_backward(const Pass& pass, NodeId node, const Threads& threads) {
  State& state = *states_[node];
  const std::vector<NodeId>& inputs = this->inputs(node);
  state.extra.resize(inputs.size());
  const Activation x_activation = fold_activation(node);
  if (x_activation != Activation::linear) states_[inputs[0]]->before_activation = true;
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
        extra = Batch(graph_.shape(inputs[i]), capacity_, input.gradient_halo);
      extra.set_samples(values(inputs[i]).samples());
      dx.push_back(&extra);
      to_add.emplace_back(inputs[i], &extra);
    }
  }
  const std::span<float> gradients = weight_gradients(node);
  bool& has_gradients = states_[weight_node(node)]->has_gradients;
  if (has_gradients && state.shared.size() < gradients.size())
    state.shared = AlignedFloats(gradients.size());
  layer(node).backward_batch(
      {pass, graph_.stream(node), x, values(node), gradient(node), dx, state.kept.data(),
       state.block_kept(), has_gradients ? state.shared.span().first(gradients.size()) : gradients,
       state.partials, state.before_activation, x_activation, threads});
  if (has_gradients)
    for (std::size_t i = 0; i < gradients.size(); ++i) gradients[i] += state.shared.data()[i];
  has_gradients = true;
  for (const auto& [input, extra] : to_add) add_gradient(input, *extra, threads);
}

void Executor::add_gradient(NodeId node, Batch& more, const Threads& threads) {
  Batch& sum = gradient(node);
  const Batch& y = values(node);
  const bool before = states_[node]->before_activation;
  threads.each(sum.blocks(), [&](int b) {
    const Block extra = more.block(b), block = sum.block(b);
    if (before) activate_backward(layer(node).activation(), y.block(b), extra, extra);
    add(block, extra, block);
  });
}

std::vector<float> predict(Graph& graph, const std::vector<NodeId>& inputs, NodeId output,
                           const std::vector<std::span<const float>>& x, const Threads& threads,
                           int batch_size, const std::function<void(std::int64_t)>& between) {
  const std::int64_t in = elements(graph.shape(inputs[0])), out = elements(graph.shape(output));
  const std::int64_t rows = std::int64_t(x[0].size()) / in;
  std::vector<float> y(std::size_t(rows * out));
  Executor executor(graph,
                    int(std::min<std::int64_t>(batch_size, std::max<std::int64_t>(rows, 1))));
  Pass pass;
  pass.threads = &threads;
  for (std::int64_t first = 0; first < rows; first += batch_size) {
    const int count = int(std::min<std::int64_t>(batch_size, rows - first));
    for (std::size_t i = 0; i < inputs.size(); ++i)
      executor.input(inputs[i]).gather(x[i], first, count);
    executor.forward(pass, inputs, {output});
    executor.output(output).scatter(
        std::span(y).subspan(std::size_t(first * out), std::size_t(count * out)));
    if (between) between(first + count);
  }
  return y;
}

}  // namespace pipeline::nn
