#pragma once
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "pipeline/nn/model.h"
#include "pipeline/nn/objective.h"
#include "pipeline/testing.h"

// What the tests of this folder share.

namespace models {
using namespace pipeline;

/// The components here, and the layers and losses that models are made of.
inline testing::Components& components() {
  static testing::Components made = [] {
    std::vector<std::filesystem::path> wanted;
    for (const auto& path : testing::built_plugins())
      if (path.stem() == "layers" || path.stem() == "losses") wanted.push_back(path);
    return testing::Components(wanted);
  }();
  return made;
}

inline Value layer(const char* id, Value::Map params = {}) { return Value::Map{{id, params}}; }
inline Value dense(int units, const char* activation) {
  return layer("dense", {{"units", units}, {"activation", activation}});
}

/// A model built for samples of a shape, its weights by a formula: value i of weight k is
/// 0.5·sin(0.7·i + 1.3·k + 0.5).
struct Built {
  Built(const Value& description, const Shape& sample)
      : model(components().make_from<nn::Model>(description)),
        network(model->build({sample}, components())),
        objective(network, 32) {
    for (std::size_t k = 0; k < network.graph.weight_infos().size(); ++k) {
      const std::span<float> values = weight(k);
      for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = float(0.5 * std::sin(0.7 * double(i) + 1.3 * double(k) + 0.5));
    }
  }

  std::span<float> weight(std::size_t k) {
    const nn::WeightInfo& info = network.graph.weight_infos()[k];
    return network.graph.weights().subspan(info.offset, info.size);
  }
  std::span<const float> gradient(std::size_t k) {
    const nn::WeightInfo& info = network.graph.weight_infos()[k];
    return objective.executor().weight_gradients().subspan(info.offset, info.size);
  }
  /// The loss of each row of x; the rows are those of a data set from `first_row` on.
  std::vector<double> losses(const std::vector<float>& x, bool training,
                             std::uint32_t first_row = 0) {
    const std::int64_t size = elements(network.graph.shape(network.inputs[0]));
    rows.resize(x.size() / std::size_t(size));
    std::iota(rows.begin(), rows.end(), 0u);
    objective.load({std::int64_t(rows.size()), {x}, {x}, {}}, rows, threads);
    std::iota(rows.begin(), rows.end(), first_row);
    return objective.forward(pass(training));
  }
  double mean_loss(const std::vector<float>& x, bool training) {
    const std::vector<double> found = losses(x, training);
    return std::accumulate(found.begin(), found.end(), 0.0) / double(found.size());
  }
  /// The gradients of the mean loss after losses().
  void backward() { objective.backward(pass(true)); }
  nn::Pass pass(bool training) { return {training, 11, 2, rows, &threads}; }

  std::unique_ptr<nn::Model> model;
  nn::Network network;
  nn::Objective objective;
  nn::Threads threads{1};
  std::vector<std::uint32_t> rows;
};

/// Values in [0, 1].
inline std::vector<float> samples(std::size_t count) {
  std::vector<float> values;
  for (std::size_t i = 0; i < count; ++i)
    values.push_back(float(0.5 + 0.5 * std::sin(0.37 * double(i))));
  return values;
}

/// Central differences of the mean loss by every weight against what backward() says.
inline void check_gradients(Built& built, const std::vector<float>& x) {
  built.losses(x, true);
  built.backward();
  for (std::size_t k = 0; k < built.network.graph.weight_infos().size(); ++k) {
    const std::vector<float> gradient(built.gradient(k).begin(), built.gradient(k).end());
    const std::span<float> values = built.weight(k);
    for (std::size_t i = 0; i < values.size(); ++i) {
      INFO(built.network.graph.weight_infos()[k].path << " " << i);
      const float before = values[i];
      const double h = 4e-3;
      values[i] = float(before + h);
      const double above = built.mean_loss(x, true);
      values[i] = float(before - h);
      const double below = built.mean_loss(x, true);
      values[i] = before;
      CHECK(double(gradient[i]) == Approx((above - below) / (2 * h)).epsilon(1e-3).margin(5e-5));
    }
  }
}

inline std::string problem(const Value& description, const Shape& sample) {
  try {
    Built(description, sample);
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing";
}

}  // namespace models
