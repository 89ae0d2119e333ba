// Values that PyTorch 1.13 computed in double precision: F.binary_cross_entropy, F.mse_loss of
// p = sigmoid(3·sin(0.7·i + 0.3)) and t = 0.5 + 0.5·sin(0.9·i + 0.1), both {2, 6}, i = 0 … 11.
#include <catch2/catch.hpp>
#include <cmath>

#include "pipeline/nn/objective.h"
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

std::vector<double> values(const Loss& loss, const Batch& y, const Batch& target) {
  const std::array<double, kLanes> found = loss.value(y.block(0), target.block(0));
  return {found.begin(), found.begin() + y.samples()};
}

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
  const auto found = values(*make("binary_crossentropy"), data.p, data.t);
  REQUIRE(found.size() == 2);
  CHECK(found[0] == Approx(0.4717408).epsilon(1e-6));
  CHECK(found[1] == Approx(1.1659029).epsilon(1e-6));
  check_gradient("binary_crossentropy",
                 {0.0638175, 0.0061897, -0.0391666, 0.1749695, 0.0990721, 0.0944113, -0.1677883,
                  -0.6658392, -0.3055302, -0.1038640, 0.3329479, 1.2959441});
}

TEST_CASE("Mean squared error gives PyTorch's values and gradients") {
  Data data;
  const auto found = values(*make("mean_squared_error"), data.p, data.t);
  CHECK((found[0] + found[1]) / 2 == Approx(0.1291548).epsilon(1e-6));
  check_gradient("mean_squared_error",
                 {0.0263772, 0.0008500, -0.0036197, 0.0360077, 0.0493439, 0.0224035, -0.0161107,
                  -0.0820513, -0.1132515, -0.0420588, 0.0446854, 0.1205202});
}

namespace {

/// A network of a sigmoid alone.
struct Sigmoid {
  explicit Sigmoid(const char* loss) {
    network.inputs = {network.graph.add_input({6})};
    network.outputs.push_back(
        {network.graph.add(std::make_unique<Given>(), network.inputs), make(loss), 1, {}});
    objective.emplace(network, 2);
  }
  /// The mean loss for these logits.
  double loss(const std::vector<float>& z) {
    std::vector<float> target(12);
    data.t.scatter(target);
    objective->load({2, {z}, {target}, {}}, rows, Threads(1));
    const std::vector<double> found = objective->forward(pass);
    return (found[0] + found[1]) / 2;
  }
  Data data;
  Network network;
  std::optional<Objective> objective;
  std::vector<std::uint32_t> rows{0, 1};
  Pass pass{.training = true, .rows = rows};
};

}  // namespace

TEST_CASE("Behind a sigmoid the gradient by its argument is (p - t) / n, in both forms") {
  for (const char* id : {"binary_crossentropy", "mean_squared_error"}) {
    CAPTURE(id);
    Sigmoid run(id);
    const NodeId x = run.network.inputs[0];
    run.objective->executor().want_gradient(x);
    std::vector<float> z(12), found(12);
    run.data.logits.scatter(z);
    run.loss(z);
    run.objective->backward(run.pass);
    run.objective->executor().gradient(x).scatter(found);
    // Central differences of the mean loss by each argument.
    for (std::size_t i = 0; i < 12; ++i) {
      auto moved = z;
      moved[i] = z[i] + 0.01f;
      const double above = run.loss(moved);
      moved[i] = z[i] - 0.01f;
      CHECK(found[i] == Approx((above - run.loss(moved)) / 0.02).margin(3e-5));
    }
  }
}

TEST_CASE("Lanes without a sample get no gradient") {
  Sigmoid run("binary_crossentropy");
  run.loss(std::vector<float>(12, 1.0f));
  run.objective->executor().want_gradient(run.network.inputs[0]);
  run.objective->backward(run.pass);
  const Block dx = run.objective->executor().gradient(run.network.inputs[0]).block(0);
  for (int i = 0; i < 6; ++i)
    for (int lane = 2; lane < kLanes; ++lane) CHECK(dx.at(i, 0, 0, lane) == 0);
}

TEST_CASE("A sample's weight multiplies its loss and its gradient") {
  Sigmoid run("mean_squared_error");
  run.objective->executor().want_gradient(run.network.inputs[0]);
  std::vector<float> z(12), target(12), plain(12), weighted(12);
  run.data.logits.scatter(z);
  run.data.t.scatter(target);
  run.loss(z);
  const std::vector<double> losses = run.objective->forward(run.pass);
  run.objective->backward(run.pass);
  run.objective->executor().gradient(run.network.inputs[0]).scatter(plain);
  const std::vector<float> weights = {2, 0.5};
  run.objective->load({2, {z}, {target}, weights}, run.rows, Threads(1));
  const std::vector<double> found = run.objective->forward(run.pass);
  CHECK(found == std::vector<double>{2 * losses[0], 0.5 * losses[1]});
  run.objective->backward(run.pass);
  run.objective->executor().gradient(run.network.inputs[0]).scatter(weighted);
  for (std::size_t i = 0; i < 12; ++i) CHECK(weighted[i] == plain[i] * weights[i / 6]);
}

TEST_CASE("What a loss cannot take is told with row and range") {
  const Domain domain = make("binary_crossentropy")->targets({2});
  const std::vector<float> values = {0, 1, 0.5, 0.25, 0, 255, 7, 0};
  CHECK_THROWS_WITH(
      require_domain(domain, values, {2}, "input 'x'", "the loss"),
      "input 'x': row 2 has 255, and the loss takes values from 0 to 1; so it is in 2 "
      "of 4 rows, whose values go from 0 to 255");
  CHECK_NOTHROW(require_domain(domain, std::span(values).first(4), {2}, "input 'x'", "the loss"));
  const std::vector<float> nan = {1, std::nanf("")};
  CHECK_THROWS_WITH(require_domain({}, nan, {1}, "input 'x'", "the loss"),
                    Catch::Contains("row 1 has nan") && Catch::Contains("finite values"));
}

TEST_CASE("An activation that gives what a loss cannot take is refused") {
  Sigmoid run("binary_crossentropy");
  CHECK_NOTHROW(require_fitting_outputs(run.network));
}
