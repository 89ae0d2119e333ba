#pragma once
#include <algorithm>
#include <vector>

#include "pipeline/error.h"
#include "pipeline/nn/metric.h"

// What the metrics share: a sample's classes are its channels, at each of its places.

namespace metrics {
using namespace pipeline;

/// The place of the largest value, the first of equal ones.
inline std::size_t argmax(const std::vector<double>& values) {
  return std::size_t(std::max_element(values.begin(), values.end()) - values.begin());
}

/// Error unless targets are like the outputs, or labels in their place.
inline void require_classes(const Shape& y, const Shape& target) {
  const bool labels = target == Shape(y.begin() + 1, y.end());
  if ((y.size() == 1 || y.size() == 3) && y[0] >= 2 && (target == y || labels)) return;
  throw Error(
      "takes outputs of shape classes or classes×height×width, and labels or one-hot "
      "targets; got " +
      to_string(y) + " and " + to_string(target));
}

/// Error unless there is a target for each output.
inline void require_alike(const Shape& y, const Shape& target) {
  if (y == target) return;
  throw Error("takes a target for each output; got outputs of shape " + to_string(y) +
              " and targets of " + to_string(target));
}

/// Calls f(outputs of the classes, the target's class, weight) at each place of the samples.
template <class F>
void each_class(const nn::ConstBlock& y, const nn::ConstBlock& target, int lanes,
                std::span<const float> weights, F f) {
  const bool labels = target.channels != y.channels;
  std::vector<double> outputs(std::size_t(y.channels)), targets(labels ? 0 : outputs.size());
  for (int lane = 0; lane < lanes; ++lane)
    for (int r = 0; r < y.height; ++r)
      for (int q = 0; q < y.width; ++q) {
        for (std::size_t c = 0; c < outputs.size(); ++c)
          outputs[c] = double(y.at(int(c), r, q, lane));
        for (std::size_t c = 0; c < targets.size(); ++c)
          targets[c] = double(target.at(int(c), r, q, lane));
        const std::size_t expected =
            labels ? std::size_t(target.at(0, r, q, lane)) : argmax(targets);
        f(outputs, expected, double(weights[std::size_t(lane)]));
      }
}

/// Calls f(output, target, weight) for each value of the samples.
template <class F>
void each_value(const nn::ConstBlock& y, const nn::ConstBlock& target, int lanes,
                std::span<const float> weights, F f) {
  for (int lane = 0; lane < lanes; ++lane)
    for (int c = 0; c < y.channels; ++c)
      for (int r = 0; r < y.height; ++r)
        for (int q = 0; q < y.width; ++q)
          f(double(y.at(c, r, q, lane)), double(target.at(c, r, q, lane)),
            double(weights[std::size_t(lane)]));
}

/// a / b, or 0 where there is nothing to divide by, as Keras has it.
inline double share(double a, double b) { return b == 0 ? 0 : a / b; }

}  // namespace metrics
