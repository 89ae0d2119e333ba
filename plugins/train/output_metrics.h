#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/nn/objective.h"
#include "pipeline/param_types.h"

/// Figures of merit of a model: `metrics: [accuracy]`, of several outputs each with its own,
/// `metrics: {digit: [accuracy], width: [mean_absolute_error]}`.
class OutputMetrics {
 public:
  /// What they are called, in the order of find(): "accuracy", "digit_accuracy".
  std::vector<std::string> names() const;
  /// Error for names that are no outputs of the network, or none where there are several.
  std::vector<pipeline::nn::OutputMetric> find(const pipeline::nn::Network& network) const;

 private:
  friend pipeline::ParamType<OutputMetrics>;
  using List = std::vector<std::unique_ptr<pipeline::nn::Metric>>;
  std::map<std::string, List> by_output_;  ///< "" for the only output
};

template <>
struct pipeline::ParamType<OutputMetrics> {
  static Value schema();
  static void assign(OutputMetrics& member, const Value& value, const Assign& at);
  static Value value(const OutputMetrics& member, const PathRendering& paths);
};
