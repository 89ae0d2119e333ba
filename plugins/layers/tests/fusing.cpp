// Layers that do their neighbour's work, too, against the same layers one by one.
#include <catch2/catch.hpp>

#include "make.h"

using namespace pipeline;
using namespace pipeline::nn;
using pipeline::nn::testing::spread_values;

namespace {

struct Chain {
  Graph graph;
  NodeId input, output;

  Chain(const Shape& sample, const std::vector<std::pair<const char*, Value::Map>>& layers)
      : input(graph.add_input(sample)), output(input) {
    for (const auto& [id, params] : layers) output = graph.add(make(id, params), {output});
    graph.initialise(11);
  }
};

struct Results {
  std::vector<float> y, dx, dweights;
};

/// One way forward and back; where all outputs are asked for, no two layers can be one.
Results run(Chain& chain, bool one_by_one) {
  const int samples = 21;
  Executor executor(chain.graph, samples);
  const auto x =
      spread_values(std::size_t(samples * elements(chain.graph.shape(chain.input))), 1, 4);
  executor.input(chain.input).gather(x, 0, samples);
  executor.want_gradient(chain.input);
  std::vector<NodeId> outputs{chain.output};
  if (one_by_one)
    for (NodeId node = 1; node < chain.output; ++node) outputs.push_back(node);
  Pass pass;
  pass.training = true;
  executor.forward(pass, {chain.input}, outputs);
  const std::size_t values = std::size_t(samples * elements(chain.graph.shape(chain.output)));
  executor.gradient(chain.output).gather(spread_values(values, 1, 5), 0, samples);
  executor.backward(pass, {{chain.output}});
  Results found{std::vector<float>(values), std::vector<float>(x.size()), {}};
  executor.output(chain.output).scatter(found.y);
  executor.gradient(chain.input).scatter(found.dx);
  found.dweights.assign(executor.weight_gradients().begin(), executor.weight_gradients().end());
  return found;
}

Value::Map conv(int filters, const char* padding, const char* activation, int kernel = 3) {
  return {
      {"filters", filters}, {"kernel", kernel}, {"padding", padding}, {"activation", activation}};
}

}  // namespace

TEST_CASE("Layers that do their neighbour's work agree with the layers one by one") {
  const std::vector<std::pair<const char*, Value::Map>> both{
      {"conv2d", conv(5, "same", "relu")},    {"max_pool2d", {{"padding", "same"}}},
      {"conv2d", conv(9, "same", "relu")},    {"max_pool2d", {{"padding", "same"}}},
      {"conv2d", conv(4, "same", "relu")},    {"up_sampling2d", {}},
      {"conv2d", conv(3, "valid", "relu")},   {"up_sampling2d", {{"size", 3}}},
      {"conv2d", conv(1, "same", "sigmoid")},
  };
  // What looks alike and is not: other activations, windows, strides; pooling behind a folded pair.
  const std::vector<std::pair<const char*, Value::Map>> apart{
      {"conv2d", conv(5, "same", "tanh")},
      {"max_pool2d", {{"padding", "same"}}},
      {"conv2d", conv(3, "same", "relu")},
      {"max_pool2d", {{"size", 3}}},
      {"up_sampling2d", {{"size", Value::List{2, 3}}}},
      {"conv2d", conv(4, "same", "relu")},
      {"up_sampling2d", {}},
      {"conv2d", conv(6, "same", "relu")},
      {"max_pool2d", {}},
      {"max_pool2d", {{"stride", 1}}},
      {"conv2d", conv(2, "same", "relu", 2)},
      {"max_pool2d", {{"padding", "valid"}}},
  };
  for (const auto& layers : {both, apart}) {
    Chain chain({2, 13, 10}, layers);
    const Results fused = run(chain, false), one_by_one = run(chain, true);
    CHECK(distance(fused.y, one_by_one.y) < 1e-5);
    CHECK(distance(fused.dx, one_by_one.dx) < 1e-5);
    CHECK(distance(fused.dweights, one_by_one.dweights) < 2e-4);  // sums of thousands of products
    CHECK(distance(one_by_one.dx, std::vector<float>(one_by_one.dx.size())) > 1e-3);
  }
}

TEST_CASE("Gradients of a weight that a pass leaves out are zero after one that had it") {
  Chain chain({1, 6, 6}, {{"conv2d", conv(2, "same", "relu")},
                          {"max_pool2d", {}},
                          {"flatten", {}},
                          {"dense", {{"units", 2}}}});
  Executor executor(chain.graph, 16);
  const auto x = spread_values(16 * 36, 1, 4);
  Pass pass;
  pass.training = true;
  const NodeId pooled = 2;
  for (const NodeId output : {chain.output, pooled}) {
    executor.input(chain.input).gather(x, 0, 16);
    executor.forward(pass, {chain.input}, {output});
    const std::size_t values = std::size_t(16 * elements(chain.graph.shape(output)));
    executor.gradient(output).gather(spread_values(values, 1, 5), 0, 16);
    executor.backward(pass, {{output}});
  }
  for (const WeightInfo& info : chain.graph.weight_infos()) {
    const auto values = executor.weight_gradients().subspan(info.offset, info.size);
    const bool is_zero = std::all_of(values.begin(), values.end(), [](float v) { return v == 0; });
    CAPTURE(info.path);
    CHECK(is_zero == (info.path.find("dense") != std::string::npos));
  }
}
