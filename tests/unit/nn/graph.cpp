#include "pipeline/nn/graph.h"

#include <catch2/catch.hpp>

#include "pipeline/nn/executor.h"
#include "pipeline/nn/summary.h"
#include "pipeline/nn/testing.h"
#include "support.h"

using namespace pipeline;
using namespace pipeline::nn;

namespace {

/// y = x · w, one weight per value: the simplest layer that has weights.
class Times : public Layer {
 public:
  void declare(Declaration&) override {}
  Shape build(const std::vector<Shape>& inputs, Builder& builder) override {
    if (inputs[0].size() != 1) throw Error("takes samples of rank 1, got " + to_string(inputs[0]));
    builder.weight("factor", factor_, inputs[0], Initializer::constant(2));
    return inputs[0];
  }
  void forward(const ForwardBlock& f) const override {
    for (int c = 0; c < f.y.channels; ++c)
      for (int i = 0; i < kLanes; ++i)
        f.y.at(c, 0, 0, i) = f.x[0].at(c, 0, 0, i) * factor_.data()[c];
  }
  void backward(const BackwardBlock& f) const override {
    float* gradient = f.gradient(factor_);
    for (int c = 0; c < f.y.channels; ++c)
      for (int i = 0; i < kLanes; ++i) {
        gradient[c] += f.dy.at(c, 0, 0, i) * f.x[0].at(c, 0, 0, i);
        if (f.dx[0]) f.dx[0].at(c, 0, 0, i) = f.dy.at(c, 0, 0, i) * factor_.data()[c];
      }
  }
  std::string class_name() const override { return "Times2D"; }

 private:
  Weight factor_;
};

/// y = a · b
class Product : public Layer {
 public:
  void declare(Declaration&) override {}
  Shape build(const std::vector<Shape>& inputs, Builder&) override { return inputs.at(0); }
  void forward(const ForwardBlock& f) const override {
    map(
        f.y, [](float a, float b) { return a * b; }, f.x[0], f.x[1]);
  }
  void backward(const BackwardBlock& f) const override {
    const auto times = [](float d, float v) { return d * v; };
    if (f.dx[0]) map(f.dx[0], times, f.dy, f.x[1]);
    if (f.dx[1]) map(f.dx[1], times, f.dy, f.x[0]);
  }
  std::string class_name() const override { return "Product"; }
};

/// x → times_a → product(times_a, times_b) where times_b is behind times_a too.
struct Diamond {
  Graph graph;
  NodeId x, a, b, product;
  Diamond() {
    x = graph.add_input({3});
    graph.begin_part("encoder");
    a = graph.add(std::make_unique<Times>(), {x});
    b = graph.add(std::make_unique<Times>(), {a});
    graph.begin_part("decoder");
    product = graph.add(std::make_unique<Product>(), {a, b});
    graph.initialise(1);
  }
};

}  // namespace

TEST_CASE("A graph of any size can be checked and counted") {
  class Huge : public Times {
    Shape build(const std::vector<Shape>& inputs, Builder& builder) override {
      builder.weight("kernel", kernel_, {1 << 24, 1 << 20}, Initializer::zeros());
      return inputs[0];
    }
    Weight kernel_;
  };
  Graph graph;
  graph.add(std::make_unique<Huge>(), {graph.add_input({1})});
  CHECK(graph.parameters() == std::int64_t(1) << 44);  // 64 TiB
}

TEST_CASE("Layers get Keras' names, counted across parts, and weights get paths") {
  Diamond d;
  CHECK(d.graph.name(d.x) == "input_1");
  CHECK(d.graph.name(d.b) == "times2d_2");
  CHECK(d.graph.path(d.b) == "encoder/times2d_2");
  CHECK(d.graph.path(d.product) == "decoder/product_1");
  CHECK(d.graph.weight_infos()[1].path == "encoder/times2d_2/factor");
  CHECK(d.graph.weight_infos()[1].offset % kLanes == 0);
  CHECK(d.graph.parameters() == 6);
  CHECK(d.graph.weight("encoder/times2d_1/factor")[2] == 2);
  CHECK(d.graph.find("product_1") == d.product);
}

TEST_CASE("What does not fit a graph is an error that says what") {
  Diamond d;
  CHECK_THROWS_WITH(d.graph.find("product_2"),
                    "the model has no layer 'product_2'; did you mean 'product_1'?");
  CHECK_THROWS_WITH(d.graph.weight("encoder/times2d_1/factors"),
                    Catch::Contains("did you mean 'encoder/times2d_1/factor'?"));
  CHECK_THROWS_WITH(d.graph.add(std::make_unique<Product>(), {d.a, d.b}, "product_1"),
                    Catch::Contains("two layers are named 'product_1'"));
  CHECK_THROWS_WITH(d.graph.add(std::make_unique<Product>(), {d.a, d.b}, "a/b"),
                    Catch::Contains("contains a '/'"));
  const NodeId image = d.graph.add_input({1, 2, 2});
  CHECK_THROWS_WITH(d.graph.add(std::make_unique<Times>(), {image}),
                    "layer 'times2d_3': takes samples of rank 1, got 1×2×2");
  CHECK_THROWS_WITH(d.graph.between({d.a}, {d.a, d.x, image}),
                    Catch::Contains("'input_1' is needed, and nothing was given for it") ||
                        Catch::Contains("'input_2' is needed"));
}

TEST_CASE("A pass computes what outputs need, and can start inside the graph") {
  Diamond d;
  Executor run(d.graph, 4);
  const std::vector<float> x = {1, 2, 3, 4, 5, 6};
  run.input(d.x).gather(x, 0, 2);
  run.forward({}, {d.x}, {d.product});
  CHECK(plain(run.output(d.product)) == std::vector<float>{8, 32, 72, 128, 200, 288});  // 2x·4x
  run.input(d.a).gather(x, 0, 1);
  run.forward({}, {d.a}, {d.b});
  CHECK(plain(run.output(d.b)) == std::vector<float>{2, 4, 6});
  CHECK_THROWS_WITH(run.forward({}, {d.a}, {d.x}), Catch::Contains("nothing was given"));
  run.input(d.b).gather(x, 0, 2);
  CHECK_THROWS_WITH(run.forward({}, {d.a, d.b}, {d.product}),
                    "'times2d_1' was given 1 samples, and 'times2d_2' 2");
}

TEST_CASE("Gradients from several seeds and through several readers add up") {
  Diamond d;
  d.graph.weight("encoder/times2d_2/factor")[0] = 5;
  Executor run(d.graph, 2);
  run.input(d.x).gather(std::vector<float>{3, 1, 1, 7, 1, 1}, 0, 2);
  run.want_gradient(d.x);
  Pass pass;
  pass.training = true;
  run.forward(pass, {d.x}, {d.product});
  // L = sum of product + 10·b + 100·a over both samples, first value only:
  // product = a·b, a = 2x, b = 5a.
  const std::vector<float> one = {1, 0, 0, 1, 0, 0}, ten = {10, 0, 0, 10, 0, 0},
                           hundred = {100, 0, 0, 100, 0, 0};
  run.gradient(d.product).gather(one, 0, 2);
  run.gradient(d.b).gather(ten, 0, 2);
  run.gradient(d.a).gather(hundred, 0, 2);
  run.backward(pass, {{d.product}, {d.b}, {d.a}});
  // dL/db = a + 10; dL/da = b + 5·(a + 10) + 100; x = 3: a = 6, b = 30; x = 7: a = 14, b = 70.
  CHECK(run.weight_gradients()[16] == (6 + 10) * 6 + (14 + 10) * 14);
  CHECK(run.weight_gradients()[0] == (30 + 5 * 16 + 100) * 3 + (70 + 5 * 24 + 100) * 7);
  CHECK(plain(run.gradient(d.x)) ==
        std::vector<float>{2 * (30 + 5 * 16 + 100), 0, 0, 2 * (70 + 5 * 24 + 100), 0, 0});
  // A seed in front of the second layer: its weights get nothing.
  run.gradient(d.a).gather(hundred, 0, 2);
  run.backward(pass, {{d.a}});
  CHECK(run.weight_gradients()[16] == 0);
  CHECK(run.weight_gradients()[0] == 1000);
  CHECK_THROWS_WITH(
      [&] {
        run.forward(pass, {d.x}, {d.a});
        run.backward(pass, {{d.b}});
      }(),
      "backward from 'times2d_2', which forward did not compute");
}

TEST_CASE("What a layer makes of lanes without a sample gets into no gradient") {
  /// y = 1 / x, which is infinite there, and its gradient not a number.
  class Inverse : public Layer {
   public:
    void declare(Declaration&) override {}
    Shape build(const std::vector<Shape>& inputs, Builder&) override { return inputs.at(0); }
    void forward(const ForwardBlock& f) const override {
      map(
          f.y, [](float x) { return 1 / x; }, f.x[0]);
    }
    void backward(const BackwardBlock& f) const override {
      map(
          f.dx[0], [](float d, float x) { return -d / (x * x); }, f.dy, f.x[0]);
    }
    std::string class_name() const override { return "Inverse"; }
  };
  Graph graph;
  const NodeId x = graph.add_input({1});
  const NodeId front = graph.add(std::make_unique<Times>(), {x});
  const NodeId inverse = graph.add(std::make_unique<Inverse>(), {front});
  const NodeId rear = graph.add(std::make_unique<Times>(), {inverse});
  graph.initialise(1);
  Executor run(graph, 3);
  run.input(x).gather(std::vector<float>{1, 2, 4}, 0, 3);
  Pass pass;
  pass.training = true;
  run.forward(pass, {x}, {rear});
  run.gradient(rear).gather(std::vector<float>{1, 1, 1}, 0, 3);
  run.backward(pass, {{rear}});
  // y = b / (a·x), a = b = 2: dy/db = 1 / (2x), dy/da = -1 / (2x)
  CHECK(run.weight_gradients()[16] == 0.5f + 0.25f + 0.125f);
  CHECK(run.weight_gradients()[0] == -0.5f - 0.25f - 0.125f);
}

TEST_CASE("Inference runs over all rows, whatever the size of a batch, and tells of its way") {
  Diamond d;
  const auto x = random_values(50 * 3, 1);
  std::vector<std::int64_t> calls;
  const auto small = predict(d.graph, {d.x}, d.product, {x}, Threads(2), 16,
                             [&](std::int64_t rows) { calls.push_back(rows); });
  CHECK(calls == std::vector<std::int64_t>{16, 32, 48, 50});
  CHECK(same_bits(small, predict(d.graph, {d.x}, d.product, {x}, Threads(1), 128)));
  CHECK(predict(d.graph, {d.x}, d.product, {{}}, Threads(1)).empty());
}

namespace {

Summary summary_of_part(Diamond& d, std::vector<NodeId> from, std::vector<NodeId> to) {
  Network network;
  network.graph = std::move(d.graph);
  network.inputs = {d.x};
  network.parts = {{"part", std::move(from), std::move(to)}};
  network.nested = true;
  return summaries(network, "whole").front();
}

}  // namespace

TEST_CASE("A summary of a chain has Keras' three columns") {
  Diamond d;
  CHECK("\n" + table_of(summary_of_part(d, {d.x}, {d.b})) == R"(
_________________________________________________________________
Layer (type)                 Output Shape              Param #
=================================================================
input_1 (InputLayer)         (None, 3)                 0
_________________________________________________________________
times2d_1 (Times2D)          (None, 3)                 3
_________________________________________________________________
times2d_2 (Times2D)          (None, 3)                 3
=================================================================
Total params: 6
Trainable params: 6
Non-trainable params: 0
_________________________________________________________________
)");
}

TEST_CASE("A summary of a graph says what each layer is connected to") {
  Diamond d;
  CHECK("\n" + table_of(summary_of_part(d, {d.a}, {d.product})) == R"(
__________________________________________________________________________________________________
Layer (type)                    Output Shape         Param #     Connected to
==================================================================================================
input_2 (InputLayer)            (None, 3)            0
__________________________________________________________________________________________________
times2d_2 (Times2D)             (None, 3)            3           input_2[0][0]
__________________________________________________________________________________________________
product_1 (Product)             (None, 3)            0           input_2[0][0]
                                                                 times2d_2[0][0]
==================================================================================================
Total params: 3
Trainable params: 3
Non-trainable params: 0
__________________________________________________________________________________________________
)");
}

TEST_CASE("A table grows where a name would not fit, and groups the digits of totals") {
  const std::string table =
      table_of({"whole",
                {{"a_very_long_name_of_a_layer_1", "MaxPooling2D", {{1, 2}}, 1234567, {}}},
                true,
                1234000,
                567});
  CHECK_THAT(table, Catch::Contains("a_very_long_name_of_a_layer_1 (MaxPooling2D) (None, 1, 2)"));
  CHECK_THAT(table, Catch::Contains("Total params: 1,234,567\nTrainable params: 1,234,000\n"
                                    "Non-trainable params: 567\n"));
}

TEST_CASE("A summary as JSON has the table's rows and totals") {
  Diamond d;
  CHECK(value_of(summary_of_part(d, {d.a}, {d.product})) == Value::parse_json(R"({
    "name": "part", "total_parameters": 3, "trainable_parameters": 3,
    "non_trainable_parameters": 0, "layers": [
      {"name": "input_2", "class_name": "InputLayer", "output_shape": [null, 3], "parameters": 0,
       "connected_to": []},
      {"name": "times2d_2", "class_name": "Times2D", "output_shape": [null, 3], "parameters": 3,
       "connected_to": ["input_2[0][0]"]},
      {"name": "product_1", "class_name": "Product", "output_shape": [null, 3], "parameters": 0,
       "connected_to": ["input_2[0][0]", "times2d_2[0][0]"]}]})"));
}
