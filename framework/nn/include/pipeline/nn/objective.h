#pragma once
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "pipeline/nn/executor.h"
#include "pipeline/nn/metric.h"
#include "pipeline/nn/network.h"

namespace pipeline::nn {

/// Rows to learn from or to judge by: plain arrays, row after row.
struct Samples {
  std::int64_t rows = 0;
  std::vector<std::span<const float>> inputs;   ///< one for each of Network::inputs
  std::vector<std::span<const float>> targets;  ///< one for each of Network::outputs
  std::span<const float> weights;               ///< of each row in the loss; empty: 1
};

/// Takes samples through a network batch by batch, and says how far it is from their targets. The
/// loss of a batch is the sum over its samples of
///   weight of the sample · (sum over the outputs of weight · loss, and over the terms of
///   weight · value)
/// divided by the number of samples (Keras' "sum over batch size"), and the graph's penalty.
class Objective {
 public:
  /// For batches of up to `capacity` samples. The network must outlive it.
  Objective(Network& network, int capacity);

  /// Brings rows of the samples into the network, with their targets.
  void load(const Samples& samples, std::span<const std::uint32_t> rows, const Threads& threads);
  /// Through the network; the weighted loss of each sample, without the penalty.
  std::vector<double> forward(const Pass& pass);
  /// After forward() with training: the gradients of the batch's loss, in
  /// executor().weight_gradients().
  void backward(const Pass& pass);

  const Batch& output(std::size_t index) { return executor_.output(network_.outputs[index].node); }
  const Batch& target(std::size_t index) const { return *targets_[index]; }
  /// The penalties on the network's weights, which join the loss of every batch and their mean.
  double penalty() const { return network_.graph.penalty(); }
  std::span<const float> sample_weights() const { return weights_; }  ///< of the batch
  Executor& executor() { return executor_; }

 private:
  void load_target(const Samples& samples, std::size_t output, std::span<const std::uint32_t> rows,
                   const Threads& threads);
  std::vector<double> output_losses(const Network::Output& output, std::size_t index,
                                    const Threads& threads);
  Executor::Seed seed_output(const Network::Output& output, std::size_t index,
                             const Threads& threads);
  Executor::Seed seed_term(const Network::Term& term);
  void weigh(Batch& gradient) const;

  Network& network_;
  int capacity_;
  Executor executor_;
  std::vector<Batch> own_targets_;
  std::vector<const Batch*> targets_;
  std::vector<float> weights_;
  Threads single_;
};

/// For preflight: Error where a loss cannot take what the layer in front of it gives, as far as its
/// activation says what that is. Of other layers the values are looked at in forward().
void require_fitting_outputs(const Network& network);

/// A metric of one of a network's outputs, and what it is called there.
struct OutputMetric {
  std::size_t output = 0;
  const Metric* metric = nullptr;
  std::string name;
};

/// Metrics of a network's outputs, and their sums over the samples so far.
class MetricSums {
 public:
  /// Error, naming metric and output, for a network that a metric cannot take.
  MetricSums(const Network& network, std::vector<OutputMetric> metrics);
  const std::vector<OutputMetric>& metrics() const { return metrics_; }
  /// Adds the batch that the objective has just taken forward.
  void add(Objective& objective);
  void clear();
  std::vector<double> values() const;
  /// All sums, one after another: what a checkpoint has to hold.
  std::span<double> sums() { return sums_; }
  std::span<const double> sums() const { return sums_; }

 private:
  struct Range {
    std::size_t first, count;  ///< in sums_
  };
  std::vector<OutputMetric> metrics_;
  std::vector<Range> ranges_;  ///< of each metric
  std::vector<double> sums_;
};

/// The loss over all samples as Objective has it, penalties on weights included, dropout and
/// sampling off, and the metrics in `metrics`, which are cleared before. Sums go row by row, so
/// that the size of the batches does not matter. `between` is called after each batch with the rows
/// done. Error, naming output, row and range, for outputs that a loss cannot take.
double evaluate(Objective& objective, const Samples& samples, MetricSums& metrics, int batch_size,
                const Threads& threads, const std::function<void(std::int64_t)>& between = {});

}  // namespace pipeline::nn
