#include <algorithm>
#include <catch2/catch.hpp>

#include "make.h"

using namespace pipeline;
using namespace pipeline::nn;
using pipeline::nn::testing::forward;

namespace {

Shape output_shape(const char* id, const Value::Map& params, const Shape& input) {
  auto g = graph_of(id, params, {input});
  return g.graph.shape(g.output);
}

std::string complaint(const char* id, const Value::Map& params, std::vector<Shape> inputs) {
  try {
    graph_of(id, params, inputs);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("Layers give the shapes of the lecture's summaries") {
  const Value::Map same{{"filters", 16}, {"kernel", 3}, {"padding", "same"}};
  CHECK(output_shape("conv2d", same, {1, 28, 28}) == Shape{16, 28, 28});
  CHECK(output_shape("conv2d", {{"filters", 16}, {"kernel", 3}}, {8, 16, 16}) == Shape{16, 14, 14});
  const Value::Map pool{{"size", 2}, {"padding", "same"}};
  CHECK(output_shape("max_pool2d", pool, {8, 7, 7}) == Shape{8, 4, 4});
  CHECK(output_shape("max_pool2d", {{"size", 2}}, {8, 7, 7}) == Shape{8, 3, 3});
  CHECK(output_shape("up_sampling2d", {}, {16, 14, 14}) == Shape{16, 28, 28});
  CHECK(output_shape("flatten", {}, {8, 4, 4}) == Shape{128});
  CHECK(output_shape("reshape", {{"shape", Value::List{8, 4, 4}}}, {128}) == Shape{8, 4, 4});
  CHECK(output_shape("reshape", {{"shape", Value::List{-1, 4}}}, {128}) == Shape{32, 4});
}

TEST_CASE("Layers have the numbers of parameters of the lecture's summaries") {
  const auto parameters = [](const char* id, const Value::Map& params, const Shape& input) {
    return graph_of(id, params, {input}).graph.parameters();
  };
  CHECK(parameters("dense", {{"units", 10}}, {784}) == 7850);
  CHECK(parameters("dense", {{"units", 512}}, {784}) == 401920);
  CHECK(parameters("conv2d", {{"filters", 16}, {"kernel", 3}}, {1, 28, 28}) == 160);
  CHECK(parameters("conv2d", {{"filters", 8}, {"kernel", 3}}, {16, 14, 14}) == 1160);
  CHECK(parameters("conv2d", {{"filters", 1}, {"kernel", 3}}, {16, 28, 28}) == 145);
  CHECK(parameters("conv2d", {{"filters", 1}, {"kernel", 3}, {"use_bias", false}}, {16, 28, 28}) ==
        144);
}

TEST_CASE("Names in summaries and paths are Keras'") {
  auto g = graph_of("max_pool2d", {}, {{1, 4, 4}});
  CHECK(g.graph.name(g.output) == "max_pooling2d_1");
  CHECK(g.graph.class_name(g.output) == "MaxPooling2D");
  auto c = graph_of("conv2d", {{"filters", 1}, {"kernel", 3}}, {{1, 4, 4}});
  CHECK(c.graph.weight_infos()[0].path == "conv2d_1/kernel");
  CHECK(c.graph.weight_infos()[0].shape == Shape{1, 1, 3, 3});
  auto s = graph_of("gaussian_sampling", {}, {{2}, {2}});
  CHECK(s.graph.name(s.output) == "lambda_1");
  CHECK(s.graph.class_name(s.output) == "Lambda");
}

TEST_CASE("Inputs that a layer cannot take are errors that say what to do") {
  CHECK(complaint("dense", {{"units", 2}}, {{1, 28, 28}}) ==
        "layer 'dense_1': takes samples of rank 1, got 1×28×28; put a 'flatten' layer before it");
  CHECK(complaint("conv2d", {{"filters", 2}, {"kernel", 3}}, {{784}}) ==
        "layer 'conv2d_1': takes images of shape channels×height×width, got samples of shape 784; "
        "a 'reshape' before it can make images of them");
  CHECK(complaint("conv2d", {{"filters", 2}, {"kernel", 5}}, {{1, 4, 28}}) ==
        "layer 'conv2d_1': a kernel of 5×5 does not fit into an image of 4×28; use padding: same, "
        "or a smaller kernel");
  CHECK(complaint("max_pool2d", {{"size", 5}}, {{1, 4, 28}}) ==
        "layer 'max_pooling2d_1': a window of 5×5 does not fit into an image of 4×28; use padding: "
        "same, or a smaller size");
  CHECK(complaint("reshape", {{"shape", Value::List{8, 4, 5}}}, {{128}}) ==
        "layer 'reshape_1': cannot give samples of shape 128 (128 values) the shape 8×4×5; the "
        "numbers of values have to be equal");
  CHECK_THAT(complaint("reshape", {{"shape", Value::List{-1, -1}}}, {{128}}),
             Catch::Contains("more than one -1"));
  CHECK_THAT(complaint("reshape", {{"shape", Value::List{0, 4}}}, {{128}}),
             Catch::Contains("the numbers of values have to be equal"));
  CHECK_THAT(complaint("reshape", {{"shape", Value::List{-1, 5}}}, {{128}}),
             Catch::Contains("the numbers of values have to be equal"));
  // 4 · 2^62 is 0 in 64 bits.
  CHECK_THAT(complaint("reshape", {{"shape", Value::List{4, std::int64_t(1) << 62, -1}}}, {{128}}),
             Catch::Contains("the numbers of values have to be equal"));
  CHECK(complaint("gaussian_sampling", {}, {{2}}) ==
        "layer 'lambda_1': takes two inputs, mean and log_sigma, got 1");
  CHECK(complaint("gaussian_sampling", {}, {{2}, {3}}) ==
        "layer 'lambda_1': mean is of shape 2, and log_sigma of 3; they have to be "
        "equal");
  CHECK(complaint("input", {{"shape", Value::List{784}}}, {{1, 28, 28}}) ==
        "layer 'input_2': expects samples of shape 784, got 1×28×28");
}

TEST_CASE("Parameters out of range are errors") {
  CHECK_THROWS_WITH(make("dense"), Catch::Contains("units"));
  CHECK_THROWS_WITH(make("dense", {{"units", 0}}), Catch::Contains("at least 1"));
  CHECK_THROWS_WITH(make("dropout", {{"rate", 1.0}}), Catch::Contains("rate"));
  CHECK_THROWS_WITH(make("dropout", {{"rate", 0.99999999}}),  // 1 as a float
                    Catch::Contains("rate"));
  CHECK_THROWS_WITH(make("conv2d", {{"filters", 1}, {"kernel", 0}}),
                    Catch::Contains("parameter 'kernel' must be from 1 to 1024, got 0"));
  CHECK_THROWS_WITH(make("conv2d", {{"filters", 1}, {"kernel", Value::List{1, 2, 3}}}),
                    Catch::Contains("an integer or two of them"));
  CHECK_THROWS_WITH(make("conv2d", {{"filters", 1}, {"kernel", 3}, {"padding", "some"}}),
                    Catch::Contains("same"));
  CHECK_THROWS_WITH(make("dense", {{"units", 1}, {"activation", "sigmod"}}),
                    Catch::Contains("did you mean 'sigmoid'?"));
}

TEST_CASE("A window's schema has the bounds that it is checked by") {
  const auto layer = make("max_pool2d");
  Declaration declaration;
  layer->declare(declaration);
  const auto& params = declaration.params();
  const auto size = std::find_if(params.begin(), params.end(),
                                 [](const auto& param) { return param->info().name == "size"; });
  REQUIRE(size != params.end());
  CHECK_THAT((*size)->schema().to_json(), Catch::Contains(R"("maximum":1024,"minimum":1)"));
}

TEST_CASE("A square size is one value in the key, however it was written") {
  const auto kernel = [](Value size) {
    auto layer = make("conv2d", {{"filters", 1}, {"kernel", size}});
    return parameters_of(*layer).at("kernel");
  };
  CHECK(kernel(3) == kernel(Value::List{3, 3}));
  CHECK(kernel(Value::List{3, 5}) == Value(Value::List{3, 5}));
}

TEST_CASE("Dropout drops its share in training, scales the rest, and does nothing otherwise") {
  auto g = graph_of("dropout", {{"rate", 0.3}}, {{1000}});
  const std::vector<float> x(20 * 1000, 2.0f);
  CHECK(forward(g, {x}, 20) == x);
  Pass pass;
  pass.training = true;
  const auto y = forward(g, {x}, 20, pass);
  int dropped = 0;
  for (float v : y) {
    dropped += v == 0;
    REQUIRE((v == 0 || v == Approx(2 / 0.7)));
  }
  CHECK(std::abs(dropped - 6000) < 4 * 65);  // sqrt(20000 · 0.3 · 0.7) = 65
  CHECK(y == forward(g, {x}, 20, pass));
  pass.epoch = 1;
  CHECK(y != forward(g, {x}, 20, pass));
}

TEST_CASE("What is drawn for a sample follows its row, not its place in the batch") {
  auto g = graph_of("gaussian_sampling", {{"stddev", 0.5}}, {{9}, {9}});
  const std::vector<float> mean(20 * 9, 1.0f), log_sigma(20 * 9, 0.0f);
  std::vector<std::uint32_t> rows(20);
  for (std::uint32_t i = 0; i < 20; ++i) rows[i] = 100 + i;
  Pass pass;
  pass.training = true;
  pass.rows = rows;
  const auto y = forward(g, {mean, log_sigma}, 20, pass);
  std::swap(rows[0], rows[18]);
  const auto swapped = forward(g, {mean, log_sigma}, 20, pass);
  for (int i = 0; i < 9; ++i) {
    CHECK(y[i] == swapped[18 * 9 + i]);
    CHECK(y[18 * 9 + i] == swapped[i]);
    CHECK(y[5 * 9 + i] == swapped[5 * 9 + i]);
    CHECK(y[i] != y[9 + i]);
  }
}

TEST_CASE("Sampling draws with the given deviation, and gives the mean outside training") {
  auto g = graph_of("gaussian_sampling", {{"stddev", 0.5}}, {{500}, {500}});
  const std::vector<float> mean(40 * 500, 3.0f), log_sigma(40 * 500, std::log(2.0f));
  CHECK(forward(g, {mean, log_sigma}, 40) == mean);
  Pass pass;
  pass.training = true;
  double sum = 0, squares = 0;
  for (float v : forward(g, {mean, log_sigma}, 40, pass)) {
    sum += v - 3.0;
    squares += (v - 3.0) * (v - 3.0);
  }
  CHECK(sum / 20000 == Approx(0).margin(4.0 / std::sqrt(20000.0)));
  CHECK(squares / 20000 == Approx(1).epsilon(0.04));  // 0.5 · e^ln 2
}

TEST_CASE(
    "A net's values and gradients are the same bits on every instruction set and thread count") {
  const auto run = [](int thread_count) {
    Graph graph;
    const NodeId x = graph.add_input({1, 9, 11});
    NodeId at = graph.add(make("dropout", {{"rate", 0.2}}), {x});
    at = graph.add(
        make("conv2d",
             {{"filters", 11}, {"kernel", 3}, {"padding", "same"}, {"activation", "relu"}}),
        {at});
    at = graph.add(make("max_pool2d", {{"padding", "same"}}), {at});
    at = graph.add(make("conv2d", {{"filters", 5}, {"kernel", 2}, {"activation", "tanh"}}), {at});
    at = graph.add(make("up_sampling2d"), {at});
    at = graph.add(make("flatten"), {at});
    const NodeId mean = graph.add(make("dense", {{"units", 10}}), {at});
    const NodeId sigma = graph.add(make("dense", {{"units", 10}}), {at});
    at = graph.add(make("gaussian_sampling", {{"stddev", 0.1}}), {mean, sigma});
    const NodeId y = graph.add(make("dense", {{"units", 99}, {"activation", "sigmoid"}}), {at});
    graph.initialise(7);
    const int samples = 75;
    const auto images = nn::testing::spread_values(samples * 99, 1, 1);
    const auto dy = nn::testing::spread_values(samples * 99, 1, 2);
    const auto dmean = nn::testing::spread_values(samples * 10, 1, 3);
    const Threads threads(thread_count);
    Pass pass;
    pass.training = true;
    pass.threads = &threads;
    Executor executor(graph, samples);
    executor.input(x).gather(images, 0, samples);
    executor.forward(pass, {x}, {y});
    std::vector<float> bits(samples * 99);
    executor.output(y).scatter(bits);
    executor.gradient(y).gather(dy, 0, samples);
    executor.gradient(mean).gather(dmean, 0, samples);
    executor.backward(pass, {{y}, {mean}});
    bits.insert(bits.end(), executor.weight_gradients().begin(), executor.weight_gradients().end());
    return bits;
  };
  const Simd before = simd_in_use();
  const auto expected = run(1);
  for (Simd simd : available_simd())
    for (int threads : {1, 2, 4}) {
      CAPTURE(name(simd), threads);
      use_simd(simd);
      CHECK(run(threads) == expected);
    }
  use_simd(before);
}

TEST_CASE("Batch normalisation takes the batch's moments in training, and else the running ones") {
  auto g = graph_of("batch_normalization", {{"momentum", 0.75}, {"epsilon", 0.01}}, {{1, 1, 2}});
  const auto set = [&](const char* name, float value) {
    g.graph.weight(std::string("batch_normalization_1/") + name)[0] = value;
  };
  const auto get = [&](const char* name) {
    return double(g.graph.weight(std::string("batch_normalization_1/") + name)[0]);
  };
  set("gamma", 2);
  set("beta", 0.5);
  set("moving_mean", 1);
  set("moving_variance", 4);
  // Two samples of two places: mean 3, variance (4 + 0 + 1 + 9) / 4 = 3.5.
  const std::vector<float> x = {1, 3, 2, 6};
  Pass training;
  training.training = true;
  const double deviation = std::sqrt(3.5 + 0.01);
  const std::vector<float> y = forward(g, {x}, 2, training);
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(double(y[i]) == Approx(2 * (double(x[i]) - 3) / deviation + 0.5));
  CHECK(get("moving_mean") == Approx(0.75 * 1 + 0.25 * 3));
  CHECK(get("moving_variance") == Approx(0.75 * 4 + 0.25 * 3.5));
  const std::vector<float> inferred = forward(g, {x}, 2);
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(double(inferred[i]) == Approx(2 * (double(x[i]) - 1.5) / std::sqrt(3.875 + 0.01) + 0.5));
  CHECK(get("moving_mean") == Approx(1.5));
}
