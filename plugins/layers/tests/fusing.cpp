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

TEST_CASE("Pairs of layers that can be one say so, and no others do") {
  struct Pair {
    std::pair<const char*, Value::Map> front, rear;
    Shape sample;
    bool is_one;
  };
  const Value::Map up_3{{"size", 3}}, up_2_3{{"size", Value::List{2, 3}}};
  Value::Map strided = conv(3, "same", "relu");
  strided["stride"] = 2;
  const std::vector<Pair> pairs{
      {{"conv2d", conv(3, "same", "relu")}, {"max_pool2d", {{"padding", "same"}}}, {2, 5, 7}, true},
      {{"conv2d", conv(3, "same", "relu")}, {"max_pool2d", {}}, {2, 6, 8}, true},
      {{"conv2d", conv(3, "same", "relu")}, {"max_pool2d", {}}, {2, 5, 8}, false},
      {{"conv2d", conv(3, "same", "tanh")}, {"max_pool2d", {}}, {2, 6, 8}, false},
      {{"conv2d", conv(3, "same", "relu")}, {"max_pool2d", {{"stride", 1}}}, {2, 6, 8}, false},
      {{"conv2d", conv(3, "same", "relu")}, {"max_pool2d", {{"size", 3}}}, {2, 6, 9}, false},
      {{"conv2d", strided}, {"max_pool2d", {}}, {2, 8, 8}, false},
      {{"up_sampling2d", {}}, {"conv2d", conv(3, "valid", "tanh")}, {2, 3, 4}, true},
      {{"up_sampling2d", up_3}, {"conv2d", conv(3, "same", "relu", 4)}, {2, 3, 4}, true},
      {{"up_sampling2d", up_2_3}, {"conv2d", conv(3, "same", "relu")}, {2, 3, 4}, false},
      {{"up_sampling2d", {}}, {"conv2d", strided}, {2, 3, 4}, false},
      {{"up_sampling2d", {}}, {"max_pool2d", {}}, {2, 3, 4}, false},
      {{"conv2d", conv(3, "same", "relu")}, {"conv2d", conv(3, "same", "relu")}, {2, 6, 8}, false},
  };
  for (const Pair& pair : pairs) {
    Chain chain(pair.sample, {pair.front, pair.rear});
    CAPTURE(pair.front.first, Value(pair.front.second).to_json(), pair.rear.first,
            Value(pair.rear.second).to_json());
    const Fused found = chain.graph.layer(2).fuse(chain.graph.layer(1), chain.graph.shape(1));
    CHECK(bool(found.layer) == pair.is_one);
  }
}

TEST_CASE("Two that are one in one pass are two in the next where that is asked for") {
  Chain chain({1, 7, 6},
              {{"conv2d", conv(3, "same", "relu")}, {"max_pool2d", {{"padding", "same"}}}});
  Executor executor(chain.graph, 17);
  const auto x = spread_values(17 * 42, 1, 4);
  std::vector<std::vector<float>> results;
  for (const bool apart : {false, true, false}) {
    executor.input(chain.input).gather(x, 0, 17);
    executor.forward({}, {chain.input},
                     apart ? std::vector<NodeId>{1, chain.output} : std::vector{chain.output});
    results.emplace_back(17 * 3 * 4 * 3);
    executor.output(chain.output).scatter(results.back());
    if (apart) CHECK(executor.output(1).samples() == 17);
    else CHECK_THROWS_WITH(executor.output(1), Catch::Contains("was not told to compute it"));
  }
  CHECK(results[0] == results[1]);
  CHECK(results[0] == results[2]);
}

TEST_CASE("The gradients of a layer that is seeded and read add up") {
  Chain chain({1, 5, 6},
              {{"conv2d", conv(3, "same", "relu")}, {"conv2d", conv(2, "same", "relu")}});
  const NodeId front = 1;
  const auto gradients = [&](bool seed_front, bool seed_output) {
    Executor executor(chain.graph, 16);
    executor.input(chain.input).gather(spread_values(16 * 30, 1, 4), 0, 16);
    Pass pass;
    pass.training = true;
    executor.forward(pass, {chain.input}, {front, chain.output});
    std::vector<Executor::Seed> seeds;
    for (const auto& [node, seeded] : {std::pair{front, seed_front}, {chain.output, seed_output}})
      if (seeded) {
        const std::size_t values = std::size_t(16 * elements(chain.graph.shape(node)));
        executor.gradient(node).gather(spread_values(values, 1, 5), 0, 16);
        seeds.push_back({node});
      }
    executor.backward(pass, seeds);
    const auto found = executor.weight_gradients();
    return std::vector<float>(found.begin(), found.end());
  };
  std::vector<float> sum = gradients(true, false);
  const std::vector<float> behind = gradients(false, true);
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += behind[i];
  CHECK(distance(gradients(true, true), sum) < 1e-3);  // of some tens
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
