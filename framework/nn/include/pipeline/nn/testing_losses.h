#pragma once
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "pipeline/nn/objective.h"
#include "pipeline/nn/testing.h"

// What the tests of a loss and of a model need: their gradients against central differences.

namespace pipeline::nn::testing {

namespace detail {

inline double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / double(values.size());
}

/// The worst difference between `gradient` and central differences of f by `values`, as a share of
/// the largest.
template <class F>
double worst_difference(std::span<float> values, std::span<const float> gradient, float step, F f) {
  double largest = 1e-6, worst = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float kept = values[i];
    values[i] = kept + step;
    const double up = f(), above = double(values[i]);
    values[i] = kept - step;
    const double numeric = (up - f()) / (above - double(values[i]));
    values[i] = kept;
    largest = std::max(largest, std::abs(numeric));
    worst = std::max(worst, std::abs(numeric - double(gradient[i])));
  }
  return worst / largest;
}

}  // namespace detail

/// How far gradient() of a loss is from central differences of the samples' mean value, and where
/// it knows the gradient before an activation, that one, `y` then being what goes into it. y and
/// the targets are plain, of as many samples as there are.
inline double gradient_error(const Loss& loss, const Shape& shape, std::vector<float> y,
                             const std::vector<float>& targets,
                             Activation before = Activation::linear, float step = 1e-3f) {
  const int samples = int(std::int64_t(y.size()) / elements(shape));
  Batch outputs(shape, samples), target(loss.target_shape(shape), samples), dy(shape, samples);
  target.gather(targets, 0, samples);
  dy.set_samples(samples);
  const auto take = [&] {
    outputs.gather(y, 0, samples);
    for (int b = 0; b < outputs.blocks(); ++b) activate(before, outputs.block(b), outputs.block(b));
  };
  const auto mean = [&] {
    take();
    std::vector<double> values;
    for (int b = 0; b < outputs.blocks(); ++b) {
      const auto block =
          loss.value(std::as_const(outputs).block(b), std::as_const(target).block(b));
      values.insert(values.end(), block.begin(), block.begin() + outputs.lanes(b));
    }
    return detail::mean_of(values);
  };
  take();
  const float scale = 1 / float(samples);
  for (int b = 0; b < outputs.blocks(); ++b) {
    const ConstBlock of_y = outputs.block(b), of_target = target.block(b);
    if (before == Activation::linear) loss.gradient(of_y, of_target, scale, dy.block(b));
    else loss.gradient_before(before, of_y, of_target, scale, dy.block(b));
  }
  std::vector<float> gradient(y.size());
  dy.scatter(gradient);
  return detail::worst_difference(y, gradient, step, mean);
}

/// How far the gradients of a network's weights are from central differences of its loss over the
/// samples in training, dropout and noise drawn alike.
inline double gradient_error(Network& network, const Samples& samples, float step = 4e-3f) {
  Objective objective(network, int(samples.rows));
  std::vector<std::uint32_t> rows(std::size_t(samples.rows));
  std::iota(rows.begin(), rows.end(), 0u);
  const Threads threads(1);
  const Pass pass{true, 11, 2, rows, &threads};
  const auto mean = [&] {
    objective.load(samples, rows, threads);
    return detail::mean_of(objective.forward(pass));
  };
  mean();
  objective.backward(pass);
  const std::span<const float> found = objective.executor().weight_gradients();
  const std::vector<float> gradients(found.begin(), found.end());
  double worst = 0;
  for (const WeightInfo& info : network.graph.weight_infos())
    if (info.trainable)
      worst =
          std::max(worst, detail::worst_difference(
                              network.graph.values(info),
                              std::span(gradients).subspan(info.offset, info.size), step, mean));
  return worst;
}

}  // namespace pipeline::nn::testing
