// The numbers are PyTorch's; reference.py beside this file prints them.
#include <catch2/catch.hpp>
#include <cmath>

#include "pipeline/nn/testing_losses.h"
#include "pipeline/testing.h"

using namespace pipeline;
using namespace pipeline::nn;
using pipeline::nn::testing::gradient_error;

namespace {

std::unique_ptr<Loss> make(const char* id, const Value::Map& params = {}) {
  static pipeline::testing::Components components;
  return components.make<Loss>(id, params);
}

std::vector<float> wave(std::size_t n, double a, double b, double size = 1) {
  std::vector<float> values;
  for (std::size_t i = 0; i < n; ++i) values.push_back(float(size * std::sin(a * double(i) + b)));
  return values;
}

std::vector<float> softmax(std::vector<float> z, std::size_t classes) {
  for (std::size_t row = 0; row < z.size(); row += classes) {
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c) sum += std::exp(double(z[row + c]));
    for (std::size_t c = 0; c < classes; ++c)
      z[row + c] = float(std::exp(double(z[row + c])) / sum);
  }
  return z;
}

/// Of two samples the losses and the gradient of their mean.
void check(const Loss& loss, const Shape& shape, const std::vector<float>& y,
           const std::vector<float>& targets, const std::vector<double>& losses,
           const std::vector<double>& gradient) {
  Batch outputs(shape, 2), target(loss.target_shape(shape), 2), dy(shape, 2);
  outputs.gather(y, 0, 2);
  target.gather(targets, 0, 2);
  dy.set_samples(2);
  const auto found = loss.value(outputs.block(0), target.block(0));
  for (std::size_t i = 0; i < 2; ++i) CHECK(found[i] == Approx(losses[i]).epsilon(1e-6));
  loss.gradient(outputs.block(0), target.block(0), 0.5f, dy.block(0));
  std::vector<float> slopes(gradient.size());
  dy.scatter(slopes);
  for (std::size_t i = 0; i < gradient.size(); ++i)
    CHECK(double(slopes[i]) == Approx(gradient[i]).epsilon(1e-5).margin(1e-7));
}

const std::vector<float> kLogits = wave(6, 0.7, 0.3, 3), kLabels = {2, 0},
                         kOneHot = {0, 0, 1, 1, 0, 0}, kShares = softmax(wave(6, 0.9, 0.1, 2), 3);

}  // namespace

TEST_CASE("Categorical cross entropy gives PyTorch's values and gradients") {
  check(*make("categorical_crossentropy"), {3}, softmax(kLogits, 3), kOneHot,
        {0.565960474, 0.157302062}, {0.5, 0.5, -0.380569249, -0.085174539, 0.5, 0.5});
  check(*make("categorical_crossentropy", {{"from_logits", true}}), {3}, kLogits, kShares,
        {0.941723461, 0.644767190},
        {-0.010943012, -0.022317627, 0.033260639, 0.026414923, -0.007288034, -0.019126889});
  check(*make("categorical_crossentropy", {{"from_logits", true}, {"label_smoothing", 0.2}}), {3},
        kLogits, kOneHot, {0.735228160, 0.541542780},
        {0.001837383, 0.147588694, -0.149426076, -0.006110371, 0.030460625, -0.024350253});
}

TEST_CASE("Sparse categorical cross entropy is the same for labels") {
  const auto sparse = make("sparse_categorical_crossentropy");
  CHECK(sparse->target_shape({3}).empty());
  check(*sparse, {3}, softmax(kLogits, 3), kLabels, {0.565960474, 0.157302062},
        {0.5, 0.5, -0.380569249, -0.085174539, 0.5, 0.5});
  check(*make("sparse_categorical_crossentropy", {{"from_logits", true}}), {3}, kLogits, kLabels,
        {0.565960474, 0.157302062},
        {0.035170716, 0.180922027, -0.216092743, -0.072777038, 0.063793958, 0.008983080});
}

TEST_CASE("Of images there is a label a place") {
  const auto sparse = make("sparse_categorical_crossentropy", {{"from_logits", true}});
  CHECK(sparse->target_shape({3, 2, 2}) == Shape{2, 2});
  check(*sparse, {3, 2, 2}, wave(24, 0.7, 0.3, 3), {0, 1, 2, 1, 2, 2, 0, 1},
        {2.976514858, 0.936352012},
        {-0.046926139, 0.102732923,  0.075421648,  0.034978652,  0.036446181,  -0.123687221,
         0.000205052,  -0.124674377, 0.010479958,  0.020954298,  -0.075626701, 0.089695726,
         0.034231932,  0.015928031,  -0.120019955, 0.000493086,  0.000338881,  0.005048375,
         0.086753801,  -0.001872168, -0.034570813, -0.020976406, 0.033266154,  0.001379081});
}

TEST_CASE("The divergence of distributions is PyTorch's") {
  check(*make("kl_divergence"), {3}, softmax(kLogits, 3), kShares, {0.009802752, 0.028351444},
        {-0.655569938, -0.561677473, -0.441423408, -0.469085319, -0.557121663, -1.564606409});
}

TEST_CASE("Losses of values are PyTorch's") {
  const std::vector<float> t = wave(6, 0.9, 0.1, 2), signs = {1, -1, -1, -1, 1, 1};
  check(*make("mean_absolute_error"), {3}, kLogits, t, {0.870253009, 0.897545282},
        std::vector<double>(6, 1.0 / 6));
  check(*make("huber", {{"delta", 1.5}}), {3}, kLogits, t, {0.391912303, 0.544289969},
        {0.114482298, 0.140245164, 0.180399043, 0.226068874, 0.197402378, 0.025301389});
  check(*make("hinge"), {3}, kLogits, signs, {2.537615589, 2.245740409},
        {-1.0 / 6, 1.0 / 6, 1.0 / 6, 1.0 / 6, -1.0 / 6, -1.0 / 6});
  std::vector<float> between = wave(6, 0.9, 0.1);
  for (float& value : between) value = 0.5f + 0.5f * value;
  check(*make("binary_crossentropy", {{"from_logits", true}}), {3}, kLogits, between,
        {0.383634707, 0.559846892},
        {0.026377198, 0.000850024, -0.003619743, 0.036007669, 0.049343865, 0.022403522});
  check(*make("binary_crossentropy", {{"from_logits", true}, {"label_smoothing", 0.2}}), {3},
        kLogits, between, {0.551233578, 0.641070782},
        {0.028041088, 0.014874540, 0.012151926, 0.041590804, 0.040513263, 0.005842005});
}

TEST_CASE("Hinge takes targets of 0 for -1") {
  Batch y({2}, 1), ones({2}, 1), zeros({2}, 1);
  y.gather(std::vector<float>{0.3f, -0.6f}, 0, 1);
  ones.gather(std::vector<float>{1, -1}, 0, 1);
  zeros.gather(std::vector<float>{1, 0}, 0, 1);
  const auto hinge = make("hinge");
  CHECK(hinge->value(y.block(0), ones.block(0))[0] == hinge->value(y.block(0), zeros.block(0))[0]);
}

TEST_CASE("Gradients before and behind activations are those of central differences") {
  const std::vector<float> y = wave(19 * 4, 0.7, 0.3, 2);
  std::vector<float> labels, between = wave(19 * 4, 0.9, 0.1);
  for (int i = 0; i < 19; ++i) labels.push_back(float(i % 4));
  for (float& value : between) value = 0.5f + 0.49f * value;
  const std::vector<float> shares = softmax(wave(19 * 4, 0.9, 0.1, 2), 4), p = softmax(y, 4);
  CHECK(gradient_error(*make("categorical_crossentropy"), {4}, p, shares) < 2e-3);
  CHECK(gradient_error(*make("categorical_crossentropy"), {4}, y, shares, Activation::softmax) <
        2e-3);
  CHECK(gradient_error(*make("sparse_categorical_crossentropy"), {4}, y, labels,
                       Activation::softmax) < 2e-3);
  CHECK(gradient_error(*make("binary_crossentropy", {{"label_smoothing", 0.1}}), {4}, y, between,
                       Activation::sigmoid) < 2e-3);
  CHECK(gradient_error(*make("kl_divergence"), {4}, p, shares) < 2e-3);
}

TEST_CASE("Outputs that are no classes are refused") {
  CHECK_THROWS_WITH(make("categorical_crossentropy")->target_shape({1}),
                    Catch::Contains("of two classes or more; got 1"));
  CHECK_THROWS_WITH(make("kl_divergence")->target_shape({4, 5}), Catch::Contains("got 4×5"));
}
