// Values that PyTorch 1.13 computed in double precision: F.binary_cross_entropy, F.mse_loss of
// p = sigmoid(3·sin(0.7·i + 0.3)) and t = 0.5 + 0.5·sin(0.9·i + 0.1), both {2, 6}, i = 0 … 11.
#include <catch2/catch.hpp>
#include <cmath>

#include "pipeline/nn/loss.h"
#include "pipeline/testing.h"

using namespace pipeline;
using namespace pipeline::nn;

namespace {

std::unique_ptr<Loss> make(const char* id) {
  static pipeline::testing::Components components;
  return components.make<Loss>(id);
}

struct Data {
  Batch logits{{6}, 2}, p{{6}, 2}, t{{6}, 2};
  Data() {
    std::vector<float> z, sigmoid, target;
    for (int i = 0; i < 12; ++i) {
      z.push_back(float(3 * std::sin(0.7 * i + 0.3)));
      sigmoid.push_back(float(1 / (1 + std::exp(-3 * std::sin(0.7 * i + 0.3)))));
      target.push_back(float(0.5 + 0.5 * std::sin(0.9 * i + 0.1)));
    }
    logits.gather(z, 0, 2);
    p.gather(sigmoid, 0, 2);
    t.gather(target, 0, 2);
  }
};

void check_gradient(const char* id, const std::vector<double>& expected) {
  Data data;
  Batch dy({6}, 2);
  dy.set_samples(2);
  make(id)->gradient(data.p.block(0), data.t.block(0), 0.5f, dy.block(0));
  std::vector<float> found(12);
  dy.scatter(found);
  for (int i = 0; i < 12; ++i) CHECK(found[i] == Approx(expected[i]).margin(1e-6));
}

/// A layer with a sigmoid whose values are given.
class Given : public Layer {
 public:
  void declare(Declaration&) override {}
  Shape build(const std::vector<Shape>& inputs, Builder&) override { return inputs[0]; }
  void forward(const ForwardBlock& f) const override { activate(Activation::sigmoid, f.x[0], f.y); }
  void backward(const BackwardBlock& f) const override {
    activate_backward(f.before_activation ? Activation::linear : Activation::sigmoid, f.y, f.dy,
                      f.dx[0]);
  }
  Activation activation() const override { return Activation::sigmoid; }
};

}  // namespace

TEST_CASE("Binary cross entropy gives PyTorch's values and gradients") {
  Data data;
  const auto found = values(*make("binary_crossentropy"), data.p, data.t, Threads(1));
  REQUIRE(found.size() == 2);
  CHECK(found[0] == Approx(0.4717408).epsilon(1e-6));
  CHECK(found[1] == Approx(1.1659029).epsilon(1e-6));
  check_gradient("binary_crossentropy",
                 {0.0638175, 0.0061897, -0.0391666, 0.1749695, 0.0990721, 0.0944113, -0.1677883,
                  -0.6658392, -0.3055302, -0.1038640, 0.3329479, 1.2959441});
}

TEST_CASE("Mean squared error gives PyTorch's values and gradients") {
  Data data;
  const auto found = values(*make("mean_squared_error"), data.p, data.t, Threads(1));
  CHECK((found[0] + found[1]) / 2 == Approx(0.1291548).epsilon(1e-6));
  check_gradient("mean_squared_error",
                 {0.0263772, 0.0008500, -0.0036197, 0.0360077, 0.0493439, 0.0224035, -0.0161107,
                  -0.0820513, -0.1132515, -0.0420588, 0.0446854, 0.1205202});
}

TEST_CASE("Behind a sigmoid the gradient by its argument is (p - t) / n, in both forms") {
  Data data;
  for (const char* id : {"binary_crossentropy", "mean_squared_error"}) {
    CAPTURE(id);
    const auto loss = make(id);
    Graph graph;
    const NodeId x = graph.add_input({6});
    const NodeId y = graph.add(std::make_unique<Given>(), {x});
    Executor run(graph, 2);
    run.want_gradient(x);
    std::vector<float> z(12), found(12);
    data.logits.scatter(z);
    run.input(x).gather(z, 0, 2);
    Pass pass;
    pass.training = true;
    run.forward(pass, {x}, {y});
    const auto seed = seed_gradient(*loss, graph, run, y, data.t, Threads(1));
    CHECK(seed.before_activation == loss->knows_before(Activation::sigmoid));
    run.backward(pass, {seed});
    run.gradient(x).scatter(found);
    // Central differences of the mean loss by each argument.
    for (int i = 0; i < 12; ++i) {
      double at[2];
      for (int side : {0, 1}) {
        auto moved = z;
        moved[i] += side ? 0.01f : -0.01f;
        run.input(x).gather(moved, 0, 2);
        run.forward(pass, {x}, {y});
        const auto v = values(*loss, run.output(y), data.t, Threads(1));
        at[side] = (v[0] + v[1]) / 2;
      }
      CHECK(found[i] == Approx((at[1] - at[0]) / 0.02).margin(3e-5));
    }
  }
}

TEST_CASE("Lanes without a sample get no gradient") {
  Data data;
  Graph graph;
  const NodeId x = graph.add_input({6});
  const NodeId y = graph.add(std::make_unique<Given>(), {x});
  Executor run(graph, 2);
  run.input(x).gather(std::vector<float>(12, 1.0f), 0, 2);
  run.forward({}, {x}, {y});
  seed_gradient(*make("binary_crossentropy"), graph, run, y, data.t, Threads(1));
  for (int i = 0; i < 6; ++i)
    for (int lane = 2; lane < kLanes; ++lane)
      CHECK(run.gradient(y).block(0).at(i, 0, 0, lane) == 0);
}

TEST_CASE("Targets of another shape are an error") {
  Data data;
  Batch other({5}, 2);
  other.set_samples(2);
  CHECK_THROWS_WITH(values(*make("mean_squared_error"), data.p, other, Threads(1)),
                    Catch::Contains("outputs of shape 6 with targets of 5"));
}
