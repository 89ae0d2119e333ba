#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pipeline/component.h"
#include "pipeline/declaration.h"
#include "pipeline/nn/domain.h"
#include "pipeline/nn/tensor.h"

namespace pipeline::nn {

/// A figure of merit over samples, such as accuracy. It is a function of sums that grow sample by
/// sample, so that it can be taken along batch by batch, whatever their size, handed from a part of
/// a batch to the next (batch_sum.h), and a training that was stopped goes on.
/// plugins/metrics holds examples of 40 lines; derive, and register with
/// PIPELINE_COMPONENT("my_metric", MyMetric).
class Metric : public Component {
 public:
  static constexpr const char* kKind = "metric";
  /// As in a history's column: "accuracy". By default the id.
  virtual std::string name() const { return id(); }
  /// More is better, as of accuracy; else less is, as of an error.
  virtual bool more_is_better() const = 0;
  /// Doubles to keep, zero at first, for outputs and targets of these shapes of one sample. Error
  /// for shapes that the metric cannot take.
  virtual std::size_t sums(const Shape& y, const Shape& target) const = 0;
  /// Adds the first `lanes` samples of a block, each as often as its weight says.
  virtual void add(const ConstBlock& y, const ConstBlock& target, int lanes,
                   std::span<const float> weights, std::span<double> sums) const = 0;
  virtual double value(std::span<const double> sums) const = 0;
};

}  // namespace pipeline::nn
