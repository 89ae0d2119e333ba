// Every layer, by every input and weight, against central differences.
#include <catch2/catch.hpp>
#include <cstring>

#include "make.h"

using namespace pipeline;
using namespace pipeline::nn;
using pipeline::nn::testing::gradient_error;
using pipeline::nn::testing::spread_values;

namespace {

struct Case {
  const char* id;
  Value::Map params;
  std::vector<Shape> inputs;
  double range = 1;  ///< of the inputs' values
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.id << " " << Value(c.params).to_json() << " of " << to_string(c.inputs[0]);
}

const Value::List kWide{2, 3};

const std::vector<Case> kCases = {
    {"dense", {{"units", 3}}, {{5}}},
    {"dense", {{"units", 18}, {"activation", "tanh"}}, {{7}}},
    {"dense", {{"units", 2}, {"activation", "sigmoid"}, {"use_bias", false}}, {{4}}},
    {"conv2d", {{"filters", 3}, {"kernel", 3}, {"padding", "same"}}, {{2, 4, 5}}},
    {"conv2d", {{"filters", 9}, {"kernel", 3}, {"activation", "sigmoid"}}, {{2, 4, 5}}},
    {"conv2d",
     {{"filters", 2}, {"kernel", kWide}, {"padding", "same"}, {"activation", "tanh"}},
     {{3, 4, 4}}},
    {"conv2d", {{"filters", 2}, {"kernel", 3}, {"stride", 2}, {"padding", "same"}}, {{2, 4, 5}}},
    {"conv2d", {{"filters", 2}, {"kernel", 2}, {"stride", 2}, {"use_bias", false}}, {{2, 5, 5}}},
    {"max_pool2d", {}, {{2, 4, 6}}, 20},
    {"max_pool2d", {{"size", 2}, {"padding", "same"}}, {{2, 5, 5}}, 20},
    {"max_pool2d", {{"size", 3}, {"stride", 1}, {"padding", "same"}}, {{1, 4, 5}}, 20},
    {"up_sampling2d", {}, {{2, 3, 4}}},
    {"up_sampling2d", {{"size", kWide}}, {{2, 3, 4}}},
    {"flatten", {}, {{2, 3, 4}}},
    {"reshape", {{"shape", Value::List{3, 2, -1}}}, {{24}}},
    {"input", {{"shape", Value::List{4, 2}}}, {{4, 2}}},
    {"activation", {{"function", "linear"}}, {{6}}},
    {"activation", {{"function", "relu"}}, {{2, 3, 3}}, 20},
    {"activation", {{"function", "sigmoid"}}, {{2, 3, 3}}, 3},
    {"activation", {{"function", "tanh"}}, {{6}}, 2},
    {"activation", {{"function", "elu"}}, {{6}}, 3},
    {"activation", {{"function", "softplus"}}, {{6}}, 3},
    {"dropout", {{"rate", 0.3}}, {{12}}},
    {"dropout", {{"rate", 0.5}}, {{2, 3, 4}}},
    {"gaussian_sampling", {{"stddev", 0.7}}, {{5}, {5}}},
    {"activation", {{"function", "softmax"}}, {{5}}},
    {"activation", {{"function", "softmax"}}, {{4, 2, 3}}, 3},
    {"dense", {{"units", 5}, {"activation", "softmax"}}, {{4}}},
    {"kl_divergence", {}, {{5}, {5}}},
    {"kl_divergence", {{"form", "lecture"}}, {{2, 3, 4}, {2, 3, 4}}},
    {"batch_normalization", {}, {{5}}},
    {"batch_normalization", {{"epsilon", 0.1}}, {{3, 2, 4}}},
    {"batch_normalization", {{"scale", false}, {"center", false}}, {{2, 3, 3}}, 3},
    {"global_average_pooling2d", {}, {{3, 4, 5}}},
    {"activation", {{"function", "leaky_relu"}}, {{6}}, 20},
    {"activation", {{"function", "swish"}}, {{6}}, 3},
    {"activation", {{"function", "gelu"}}, {{2, 3, 3}}, 3},
    {"softmax", {}, {{5}}},
    {"leaky_relu", {{"negative_slope", 0.4}}, {{2, 3, 3}}, 20},
    {"dense", {{"units", 5}, {"activation", "swish"}}, {{4}}},
    {"dense", {{"units", 3}, {"activation", "gelu"}}, {{4}}},
    {"conv2d", {{"filters", 3}, {"kernel", 3}, {"activation", "gelu"}}, {{2, 4, 5}}},
    {"conv2d", {{"filters", 3}, {"kernel", 3}, {"dilation", 2}}, {{2, 6, 7}}},
    {"conv2d",
     {{"filters", 5}, {"kernel", kWide}, {"dilation", 3}, {"padding", "same"}},
     {{2, 5, 7}}},
    {"conv2d",
     {{"filters", 2}, {"kernel", 2}, {"dilation", 2}, {"stride", 2}, {"padding", "same"}},
     {{3, 5, 6}}},
    {"conv2d_transpose", {{"filters", 3}, {"kernel", 3}, {"stride", 2}}, {{2, 3, 4}}},
    {"conv2d_transpose",
     {{"filters", 3}, {"kernel", 3}, {"stride", 2}, {"padding", "same"}, {"activation", "swish"}},
     {{2, 3, 4}}},
    {"conv2d_transpose",
     {{"filters", 9}, {"kernel", kWide}, {"padding", "same"}, {"activation", "tanh"}},
     {{2, 3, 4}}},
    {"conv2d_transpose",
     {{"filters", 2}, {"kernel", 2}, {"stride", 3}, {"use_bias", false}},
     {{2, 2, 3}}},
    {"conv2d_transpose",
     {{"filters", 2}, {"kernel", 4}, {"stride", 3}, {"padding", "same"}},
     {{2, 2, 3}}},
    {"layer_normalization", {}, {{5}}},
    {"layer_normalization", {{"epsilon", 0.1}}, {{5, 2, 3}}, 3},
    {"layer_normalization", {{"scale", false}, {"center", false}}, {{4, 2, 2}}, 3},
    {"max_pool2d", {{"size", kWide}, {"stride", Value::List{3, 2}}}, {{2, 5, 7}}, 20},
    {"average_pool2d", {}, {{2, 4, 6}}},
    {"average_pool2d", {{"size", 3}, {"stride", 2}, {"padding", "same"}}, {{2, 5, 6}}},
    {"average_pool2d", {{"size", kWide}, {"stride", 1}}, {{2, 5, 6}}},
    {"global_max_pooling2d", {}, {{3, 4, 5}}, 20},
    {"zero_padding2d", {{"padding", Value::List{1, 0, 2, 3}}}, {{2, 3, 4}}},
    {"zero_padding2d", {}, {{2, 3, 4}}},
    {"add", {}, {{2, 3, 4}, {2, 3, 4}, {2, 3, 4}}},
    {"multiply", {}, {{5}, {5}}},
    {"multiply", {}, {{2, 2, 3}, {2, 2, 3}, {2, 2, 3}}},
    {"concatenate", {}, {{3}, {5}, {1}}},
    {"concatenate", {}, {{3, 2, 4}, {1, 2, 4}}},
    {"gaussian_noise", {{"stddev", 0.5}}, {{2, 3, 3}}},
    {"random_flip", {}, {{2, 4, 5}}},
    {"random_translation",
     {{"height_factor", 0.4}, {"width_factor", Value::List{-0.2, 0.7}}},
     {{2, 4, 5}}},
    {"random_translation",
     {{"height_factor", 0.6}, {"width_factor", 0.0}, {"fill_mode", "constant"}},
     {{1, 5, 4}}},
    {"random_rotation", {{"factor", 0.5}, {"fill_mode", "nearest"}}, {{2, 4, 5}}},
    {"random_zoom", {{"height_factor", 0.5}, {"fill_mode", "wrap"}}, {{2, 4, 5}}},
    {"random_erasing", {}, {{2, 6, 5}}},
};

}  // namespace

TEST_CASE("Gradients are those of central differences") {
  const Case c = GENERATE(from_range(kCases));
  CAPTURE(c);
  auto g = graph_of(c.id, c.params, c.inputs);
  const int samples = 19;
  std::vector<std::vector<float>> x;
  for (std::size_t i = 0; i < c.inputs.size(); ++i)
    x.push_back(spread_values(std::size_t(samples * elements(c.inputs[i])), c.range, 7 + i));
  Pass pass;
  pass.seed = 5;
  CHECK(gradient_error(g, x, samples, pass) < 1e-3);
}

TEST_CASE("Every layer gives the same bits on every instruction set and thread count") {
  const Case c = GENERATE(from_range(kCases));
  CAPTURE(c);
  const int samples = 37;
  std::vector<std::vector<float>> x;
  for (std::size_t i = 0; i < c.inputs.size(); ++i)
    x.push_back(spread_values(std::size_t(samples * elements(c.inputs[i])), c.range, 7 + i));
  const auto run = [&](int thread_count) {
    auto g = graph_of(c.id, c.params, c.inputs);
    const Threads threads(thread_count);
    Pass pass;
    pass.seed = 5;
    pass.training = true;
    pass.threads = &threads;
    std::vector<float> bits = nn::testing::forward(g, x, samples, pass);
    const auto dy = spread_values(bits.size(), 1, 3);
    const auto found = nn::testing::backward(g, x, dy, samples, pass);
    for (const auto& dx : found.inputs) bits.insert(bits.end(), dx.begin(), dx.end());
    bits.insert(bits.end(), found.weights.begin(), found.weights.end());
    return bits;
  };
  const Simd before = simd_in_use();
  const auto expected = run(1);
  for (Simd simd : available_simd())
    for (int threads : {1, 3}) {
      use_simd(simd);
      const auto found = run(threads);
      CHECK(std::memcmp(found.data(), expected.data(), found.size() * sizeof(float)) == 0);
    }
  use_simd(before);
}

TEST_CASE("A relu inside a layer has the gradients of one behind it") {
  for (const char* id : {"dense", "conv2d"}) {
    CAPTURE(id);
    const bool dense = std::string(id) == "dense";
    Value::Map params = dense ? Value::Map{{"units", 5}}
                              : Value::Map{{"filters", 5}, {"kernel", 3}, {"padding", "same"}};
    const Shape in = dense ? Shape{6} : Shape{2, 4, 4};
    const auto x = spread_values(std::size_t(20 * elements(in)), 1, 3);
    const auto run = [&](bool inside) {
      if (inside) params["activation"] = "relu";
      Graph graph;
      const NodeId input = graph.add_input(in);
      const NodeId layer = graph.add(make(id, params), {input}, "layer");
      const NodeId output =
          inside ? layer : graph.add(make("activation", {{"function", "relu"}}), {layer});
      graph.initialise(1);
      Executor executor(graph, 20);
      executor.input(input).gather(x, 0, 20);
      executor.want_gradient(input);
      Pass pass;
      pass.training = true;
      executor.forward(pass, {input}, {output});
      const auto dy = spread_values(std::size_t(20 * elements(graph.shape(output))), 1, 4);
      executor.gradient(output).gather(dy, 0, 20);
      executor.backward(pass, {{output}});
      std::vector<float> all(x.size());
      executor.gradient(input).scatter(all);
      all.insert(all.end(), executor.weight_gradients().begin(), executor.weight_gradients().end());
      return all;
    };
    const auto apart = run(false);
    CHECK(apart == run(true));
  }
}
