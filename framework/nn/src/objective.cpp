#include "pipeline/nn/objective.h"

#include <algorithm>
#include <numeric>

#include "pipeline/error.h"

namespace pipeline::nn {
namespace {

std::vector<NodeId> learnt_from(const Network& network) {
  std::vector<NodeId> nodes;
  for (const Network::Output& output : network.outputs) nodes.push_back(output.node);
  for (const Network::Term& term : network.terms) nodes.push_back(term.node);
  return nodes;
}

Activation activation_of(const Graph& graph, NodeId node) {
  return graph.is_input(node) ? Activation::linear : graph.layer(node).activation();
}

bool inside(const Domain& inner, const Domain& outer) {
  return inner.least >= outer.least && inner.most <= outer.most && (inner.whole || !outer.whole) &&
         (inner.sums_to_one || !outer.sums_to_one);
}

/// What comes out of a layer that says nothing of it is looked at.
void require_outputs(const Network& network, const Network::Output& output, const Batch& y) {
  const Domain domain = output.loss->outputs();
  if (domain.is_all() || inside(domain_of(activation_of(network.graph, output.node)), domain))
    return;
  std::vector<float> values(std::size_t(y.samples() * elements(y.sample())));
  y.scatter(values);
  require_domain(domain, values, y.sample(),
                 "the outputs of layer '" + network.graph.name(output.node) + "' in this batch",
                 output.loss->id());
}

}  // namespace

void require_fitting_outputs(const Network& network) {
  for (const Network::Output& output : network.outputs) {
    const Activation activation = activation_of(network.graph, output.node);
    const Domain given = domain_of(activation), taken = output.loss->outputs();
    if (given.is_all() || inside(given, taken)) continue;
    throw Error("layer '" + network.graph.name(output.node) + "' ends in " +
                std::string(name(activation)) + ", which gives " + given.text() + ", and " +
                output.loss->id() + " takes " + taken.text() +
                ": end it in another activation, or choose another loss");
  }
}

Objective::Objective(Network& network, int capacity)
    : network_(network), capacity_(capacity), executor_(network.graph, capacity) {
  own_targets_.resize(network.outputs.size());
  targets_.resize(network.outputs.size());
}

void Objective::load(const Samples& samples, std::span<const std::uint32_t> rows,
                     const Threads& threads) {
  for (std::size_t i = 0; i < network_.inputs.size(); ++i)
    executor_.input(network_.inputs[i]).gather(samples.inputs[i], rows, threads);
  for (std::size_t i = 0; i < network_.outputs.size(); ++i) load_target(samples, i, rows, threads);
  weights_.clear();
  if (!samples.weights.empty())
    for (std::uint32_t row : rows) weights_.push_back(samples.weights[row]);
}

/// A target that is an input lies in the network already.
void Objective::load_target(const Samples& samples, std::size_t output,
                            std::span<const std::uint32_t> rows, const Threads& threads) {
  const std::span<const float> target = samples.targets[output];
  const Shape shape = network_.target_shape(output);
  for (std::size_t i = 0; i < network_.inputs.size(); ++i)
    if (samples.inputs[i].data() == target.data() &&
        network_.graph.shape(network_.inputs[i]) == shape) {
      targets_[output] = &executor_.input(network_.inputs[i]);
      return;
    }
  Batch& own = own_targets_[output];
  if (own.capacity() == 0) own = Batch(shape, capacity_);
  own.gather(target, rows, threads);
  targets_[output] = &own;
}

std::vector<double> Objective::forward(const Pass& pass) {
  const Threads& threads = pass.threads ? *pass.threads : single_;
  executor_.forward(pass, network_.inputs, learnt_from(network_));
  std::vector<double> losses;
  const auto add = [&](double weight, const std::vector<double>& more) {
    if (losses.empty()) losses.resize(more.size());
    for (std::size_t i = 0; i < more.size(); ++i) losses[i] += weight * more[i];
  };
  for (std::size_t i = 0; i < network_.outputs.size(); ++i)
    add(network_.outputs[i].weight, output_losses(network_.outputs[i], i, threads));
  for (const Network::Term& term : network_.terms) {
    const Batch& value = executor_.output(term.node);
    std::vector<double> values;
    for (int s = 0; s < value.samples(); ++s)
      values.push_back(double(value.block(s / kLanes).at(0, 0, 0, s % kLanes)));
    add(term.weight, values);
  }
  for (std::size_t i = 0; i < weights_.size(); ++i) losses[i] *= double(weights_[i]);
  return losses;
}

std::vector<double> Objective::output_losses(const Network::Output& output, std::size_t index,
                                             const Threads& threads) {
  const Batch& y = executor_.output(output.node);
  const Batch& target = *targets_[index];
  require_outputs(network_, output, y);
  std::vector<double> found(std::size_t(y.samples()));
  threads.each(y.blocks(), [&](int b) {
    const std::array<double, kLanes> block = output.loss->value(y.block(b), target.block(b));
    std::copy(block.begin(), block.begin() + y.lanes(b), found.begin() + b * kLanes);
  });
  return found;
}

void Objective::backward(const Pass& pass) {
  const Threads& threads = pass.threads ? *pass.threads : single_;
  std::vector<Executor::Seed> seeds;
  for (std::size_t i = 0; i < network_.outputs.size(); ++i)
    seeds.push_back(seed_output(network_.outputs[i], i, threads));
  for (const Network::Term& term : network_.terms) seeds.push_back(seed_term(term));
  executor_.backward(pass, seeds);
}

Executor::Seed Objective::seed_output(const Network::Output& output, std::size_t index,
                                      const Threads& threads) {
  const Batch& y = executor_.output(output.node);
  const Batch& target = *targets_[index];
  const Activation activation = activation_of(network_.graph, output.node);
  const bool before = activation != Activation::linear && output.loss->knows_before(activation);
  const float scale = float(output.weight / double(y.samples()));
  Batch& gradient = executor_.gradient(output.node);
  threads.each(y.blocks(), [&](int b) {
    const Block dy = gradient.block(b);
    if (before) output.loss->gradient_before(activation, y.block(b), target.block(b), scale, dy);
    else output.loss->gradient(y.block(b), target.block(b), scale, dy);
    clear_unused_lanes(dy, y.lanes(b));
  });
  weigh(gradient);
  return {output.node, before};
}

Executor::Seed Objective::seed_term(const Network::Term& term) {
  const Batch& value = executor_.output(term.node);
  Batch& gradient = executor_.gradient(term.node);
  const float share = float(term.weight / double(value.samples()));
  for (int b = 0; b < value.blocks(); ++b)
    for (int lane = 0; lane < kLanes; ++lane)
      gradient.block(b).at(0, 0, 0, lane) = lane < value.lanes(b) ? share : 0;
  weigh(gradient);
  return {term.node};
}

void Objective::weigh(Batch& gradient) const {
  if (weights_.empty()) return;
  for (int b = 0; b < gradient.blocks(); ++b) {
    std::array<float, kLanes> weight{};
    for (int lane = 0; lane < gradient.lanes(b); ++lane)
      weight[std::size_t(lane)] = weights_[std::size_t(b * kLanes + lane)];
    const Block block = gradient.block(b);
    for (int c = 0; c < block.channels; ++c)
      for (int r = 0; r < block.height; ++r)
        for (int i = 0; i < block.width * kLanes; ++i)
          block.row(c, r)[i] *= weight[std::size_t(i % kLanes)];
  }
}

MetricSums::MetricSums(const Network& network, std::vector<OutputMetric> metrics)
    : metrics_(std::move(metrics)) {
  std::size_t size = 0;
  for (const OutputMetric& metric : metrics_) {
    const NodeId node = network.outputs[metric.output].node;
    try {
      const std::size_t count =
          metric.metric->sums(network.graph.shape(node), network.target_shape(metric.output));
      ranges_.push_back({size, count});
      size += count;
    } catch (const Error& error) {
      throw Error("metric '" + metric.metric->id() + "' of layer '" + network.graph.name(node) +
                  "': " + error.what());
    }
  }
  sums_.resize(size);
}

void MetricSums::add(Objective& objective) {
  std::array<float, kLanes> ones;
  ones.fill(1);
  for (std::size_t i = 0; i < metrics_.size(); ++i) {
    const OutputMetric& metric = metrics_[i];
    const Batch& y = objective.output(metric.output);
    const Batch& target = objective.target(metric.output);
    const std::span<const float> weights = objective.sample_weights();
    for (int b = 0; b < y.blocks(); ++b) {
      const int lanes = y.lanes(b);
      const std::span<const float> of_block =
          weights.empty() ? std::span<const float>(ones)
                          : weights.subspan(std::size_t(b * kLanes), std::size_t(lanes));
      metric.metric->add(y.block(b), target.block(b), lanes, of_block,
                         std::span(sums_).subspan(ranges_[i].first, ranges_[i].count));
    }
  }
}

void MetricSums::clear() { std::fill(sums_.begin(), sums_.end(), 0.0); }

std::vector<double> MetricSums::values() const {
  std::vector<double> found;
  for (std::size_t i = 0; i < metrics_.size(); ++i)
    found.push_back(
        metrics_[i].metric->value(std::span(sums_).subspan(ranges_[i].first, ranges_[i].count)));
  return found;
}

double evaluate(Objective& objective, const Samples& samples, MetricSums& metrics, int batch_size,
                const Threads& threads, const std::function<void(std::int64_t)>& between) {
  metrics.clear();
  Pass pass;
  pass.threads = &threads;
  double sum = 0;
  std::vector<std::uint32_t> rows;
  for (std::int64_t first = 0; first < samples.rows; first += batch_size) {
    rows.resize(std::size_t(std::min<std::int64_t>(batch_size, samples.rows - first)));
    std::iota(rows.begin(), rows.end(), std::uint32_t(first));
    objective.load(samples, rows, threads);
    for (double loss : objective.forward(pass)) sum += loss;
    metrics.add(objective);
    if (between) between(first + std::int64_t(rows.size()));
  }
  return samples.rows == 0 ? 0 : sum / double(samples.rows) + objective.penalty();
}

}  // namespace pipeline::nn
