#pragma once
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/nn/executor.h"

// What the tests of a layer need.

namespace pipeline::nn::testing {

/// Values evenly spread over (-range, range) in a random order: no two are close, none is near 0,
/// so that small changes never move a value over a kink or past another.
inline std::vector<float> spread_values(std::size_t n, double range, std::uint64_t seed) {
  std::vector<float> values(n);
  const std::vector<std::uint32_t> order = permutation(std::uint32_t(n), seed, 0);
  for (std::size_t i = 0; i < n; ++i)
    values[i] = float(range * (2.0 * (order[i] + 0.5) / double(n + n % 2) - 1));
  return values;
}

/// One layer behind inputs of given shapes. Its weights are drawn, and are neither 0 nor 1 nor
/// alike, whatever the layer wants to begin with; its states lie in (0.5, 1.5).
struct LayerGraph {
  Graph graph;
  std::vector<NodeId> inputs;
  NodeId output;

  LayerGraph(std::unique_ptr<Layer> layer, const std::vector<Shape>& shapes) {
    for (const Shape& shape : shapes) inputs.push_back(graph.add_input(shape));
    output = graph.add(std::move(layer), inputs);
    draw_weights();
  }
  void draw_weights(std::uint64_t seed = 1) {
    for (const WeightInfo& info : graph.weight_infos()) {
      const std::vector<float> drawn = spread_values(info.size, 0.9, seed++);
      const std::span<float> values = graph.values(info);
      for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = info.trainable ? drawn[i] : 1 + drawn[i] / 2;
    }
  }
};

/// The output for plain inputs of `samples` samples each, plain.
inline std::vector<float> forward(LayerGraph& g, const std::vector<std::vector<float>>& x,
                                  int samples, const Pass& pass = {}) {
  Executor run(g.graph, samples);
  for (std::size_t i = 0; i < x.size(); ++i) run.input(g.inputs[i]).gather(x[i], 0, samples);
  run.forward(pass, g.inputs, {g.output});
  std::vector<float> y(std::size_t(samples * elements(g.graph.shape(g.output))));
  run.output(g.output).scatter(y);
  return y;
}

/// Gradients of sum(c·y), plain.
struct Gradients {
  std::vector<std::vector<float>> inputs;
  std::vector<float> weights;
  /// Whether the gradients by the inputs are zero in lanes without a sample, as they have to be.
  bool unused_lanes_are_zero = true;
};

namespace detail {

inline bool unused_lanes_are_zero(const Batch& batch) {
  for (int b = 0; b < batch.blocks(); ++b) {
    const ConstBlock block = batch.block(b);
    for (int c = 0; c < block.channels; ++c)
      for (int r = 0; r < block.height; ++r)
        for (int q = 0; q < block.width; ++q)
          for (int lane = batch.lanes(b); lane < kLanes; ++lane)
            if (block.at(c, r, q, lane) != 0) return false;
  }
  return true;
}

}  // namespace detail

/// Before the pass that counts there is one with other values, of whose buffers and members nothing
/// may be left.
inline Gradients backward(LayerGraph& g, const std::vector<std::vector<float>>& x,
                          const std::vector<float>& c, int samples, Pass pass = {}) {
  pass.training = true;
  Executor run(g.graph, samples);
  for (NodeId input : g.inputs) run.want_gradient(input);
  for (const bool counts : {false, true}) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::vector<float> other = spread_values(x[i].size(), 1, 1234 + i);
      run.input(g.inputs[i]).gather(counts ? x[i] : other, 0, samples);
    }
    run.forward(pass, g.inputs, {g.output});
    run.gradient(g.output).gather(counts ? c : spread_values(c.size(), 1, 4321), 0, samples);
    run.backward(pass, {{g.output}});
  }
  Gradients found;
  for (std::size_t i = 0; i < x.size(); ++i) {
    found.inputs.emplace_back(x[i].size());
    run.gradient(g.inputs[i]).scatter(found.inputs.back());
    found.unused_lanes_are_zero &= detail::unused_lanes_are_zero(run.gradient(g.inputs[i]));
  }
  found.weights.assign(run.weight_gradients().begin(), run.weight_gradients().end());
  return found;
}

/// How far a layer's gradients are from numeric ones (central differences of sum(c·y)): the worst
/// difference, as a share of the largest gradient of that input or of the weights; infinite where a
/// gradient is not zero in lanes without a sample. 19 samples fill a block and leave lanes of
/// another without one.
inline double gradient_error(LayerGraph& g, std::vector<std::vector<float>> x, int samples,
                             Pass pass = {}, float step = 1e-2f) {
  pass.training = true;
  const std::vector<float> c =
      spread_values(std::size_t(samples * elements(g.graph.shape(g.output))), 1, 99);
  const Gradients found = backward(g, x, c, samples, pass);
  if (!found.unused_lanes_are_zero) return HUGE_VAL;
  const auto objective = [&] {
    const std::vector<float> y = forward(g, x, samples, pass);
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) sum += double(c[i]) * y[i];
    return sum;
  };
  double worst = 0;
  const auto compare = [&](float* values, const std::vector<float>& gradients) {
    double largest = 1e-6, difference = 0;
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      const float kept = values[i];
      values[i] = kept + step;
      const double up = objective();
      const double width = double(values[i]);
      values[i] = kept - step;
      const double numeric = (up - objective()) / (width - double(values[i]));
      values[i] = kept;
      largest = std::max(largest, std::abs(numeric));
      difference = std::max(difference, std::abs(numeric - double(gradients[i])));
    }
    worst = std::max(worst, difference / largest);
  };
  for (std::size_t i = 0; i < x.size(); ++i) compare(x[i].data(), found.inputs[i]);
  for (const WeightInfo& info : g.graph.weight_infos())
    if (info.trainable)
      compare(g.graph.weights().data() + info.offset,
              {found.weights.begin() + std::ptrdiff_t(info.offset),
               found.weights.begin() + std::ptrdiff_t(info.offset + info.size)});
  return worst;
}

}  // namespace pipeline::nn::testing
