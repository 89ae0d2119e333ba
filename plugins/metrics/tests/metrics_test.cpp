// The numbers are scikit-learn's; reference.py beside this file prints them.
#include <catch2/catch.hpp>
#include <cmath>

#include "pipeline/nn/metric.h"
#include "pipeline/testing.h"

using namespace pipeline;
using namespace pipeline::nn;

namespace {

std::unique_ptr<Metric> make(const char* id, const Value::Map& params = {}) {
  static pipeline::testing::Components components;
  return components.make<Metric>(id, params);
}

std::vector<float> wave(std::size_t n, double a, double b, double size = 1) {
  std::vector<float> values;
  for (std::size_t i = 0; i < n; ++i) values.push_back(float(size * std::sin(a * double(i) + b)));
  return values;
}

constexpr std::size_t kRows = 23;

/// The metric over samples, in batches of `batch`; the second batch's sums go on from the first's.
double value(const Metric& metric, const Shape& y_shape, const std::vector<float>& y,
             const Shape& target_shape, const std::vector<float>& targets, bool weighted,
             int batch = 128) {
  std::vector<double> sums(metric.sums(y_shape, target_shape));
  const int rows = int(std::int64_t(y.size()) / elements(y_shape));
  for (int first = 0; first < rows; first += batch) {
    const int count = std::min(batch, rows - first);
    Batch outputs(y_shape, count), target(target_shape, count);
    outputs.gather(y, first, count);
    target.gather(targets, first, count);
    for (int b = 0; b < outputs.blocks(); ++b) {
      std::vector<float> weights;
      for (int i = 0; i < outputs.lanes(b); ++i)
        weights.push_back(weighted ? 0.5f + float((first + b * kLanes + i) % 5) / 4 : 1.0f);
      metric.add(std::as_const(outputs).block(b), std::as_const(target).block(b), outputs.lanes(b),
                 weights, sums);
    }
  }
  return metric.value(sums);
}

/// Probabilities of four classes, and labels or one-hot targets.
struct Classes {
  std::vector<float> p = wave(kRows * 4, 0.7, 0.3, 2), labels, one_hot;
  Classes() {
    for (std::size_t row = 0; row < kRows; ++row) {
      double sum = 0;
      for (std::size_t c = 0; c < 4; ++c) sum += std::exp(double(p[4 * row + c]));
      for (std::size_t c = 0; c < 4; ++c)
        p[4 * row + c] = float(std::exp(double(p[4 * row + c])) / sum);
      labels.push_back(float((row * 7 + row * row / 3) % 4));
      for (std::size_t c = 0; c < 4; ++c) one_hot.push_back(labels[row] == float(c) ? 1.0f : 0.0f);
    }
  }
};

void check_classes(const Metric& metric, double plain, double weighted) {
  const Classes data;
  CAPTURE(metric.id());
  CHECK(value(metric, {4}, data.p, {}, data.labels, false) == Approx(plain).epsilon(1e-6));
  CHECK(value(metric, {4}, data.p, {4}, data.one_hot, false) == Approx(plain).epsilon(1e-6));
  CHECK(value(metric, {4}, data.p, {}, data.labels, true) == Approx(weighted).epsilon(1e-6));
  CHECK(value(metric, {4}, data.p, {}, data.labels, true, 7) == Approx(weighted).epsilon(1e-6));
}

void check_values(const Metric& metric, double plain, double weighted) {
  CAPTURE(metric.id());
  const std::vector<float> y = wave(kRows, 0.7, 0.3), t = wave(kRows, 0.6, 0.5);
  CHECK(value(metric, {1}, y, {1}, t, false) == Approx(plain).epsilon(1e-5));
  CHECK(value(metric, {1}, y, {1}, t, true) == Approx(weighted).epsilon(1e-4));
  CHECK(value(metric, {1}, y, {1}, t, true, 7) == Approx(weighted).epsilon(1e-4));
}

}  // namespace

TEST_CASE("Metrics of classes are scikit-learn's, for labels and one-hot targets") {
  check_classes(*make("accuracy"), 0.43478260869565216, 0.4943820224719101);
  check_classes(*make("top_k_accuracy", {{"k", 2}}), 0.5217391304347826, 0.5955056179775281);
  check_classes(*make("precision"), 0.5791666666666666, 0.6459612119629097);
  check_classes(*make("recall"), 0.4464285714285714, 0.5368531232121496);
  check_classes(*make("f1_score"), 0.44841269841269843, 0.5078282828282829);
  check_classes(*make("f1_score", {{"average", "micro"}}), 0.43478260869565216, 0.4943820224719101);
  CHECK(make("top_k_accuracy", {{"k", 2}})->name() == "top_2_accuracy");
}

TEST_CASE("Metrics of values are scikit-learn's") {
  check_values(*make("mean_absolute_error"), 0.5222881313488882, 0.5704634557048365);
  check_values(*make("mean_squared_error"), 0.4558138073219812, 0.5329460298349616);
  check_values(*make("root_mean_squared_error"), 0.6751398427896114, 0.7300315266034486);
  check_values(*make("r2_score"), 0.0855059836545099, -0.004870675820157322);
  CHECK(value(*make("r2_score"), {3}, wave(kRows * 3, 0.7, 0.3), {3}, wave(kRows * 3, 0.6, 0.5),
              false) == Approx(-0.8477500894580002).epsilon(1e-5));
}

TEST_CASE("R² keeps the variance of targets far from zero") {
  std::vector<float> y, t;
  for (int i = 0; i < 20; ++i) t.push_back(float(1e6 + i)), y.push_back(float(1e6 + i + 1));
  // 1 - 20·1² / (sum of (i - 9.5)² = 665)
  CHECK(value(*make("r2_score"), {1}, y, {1}, t, false) == Approx(1 - 20.0 / 665).epsilon(1e-9));
}

TEST_CASE("Of a single output the classes are what is above a half, and the rest") {
  std::vector<float> p = wave(kRows, 0.7, 0.3), b;
  for (float& value : p) value = 0.5f + 0.5f * value;
  for (std::size_t i = 0; i < kRows; ++i) b.push_back(i * 5 % 3 == 0 ? 1.0f : 0.0f);
  for (const Shape& target : {Shape{}, Shape{1}}) {
    CHECK(value(*make("accuracy"), {1}, p, target, b, false) == Approx(0.5217391304347826));
    CHECK(value(*make("accuracy"), {1}, p, target, b, true) == Approx(0.550561797752809));
    CHECK(value(*make("f1_score"), {1}, p, target, b, true) == Approx(0.5555555555555556));
    // With so many thresholds as to tell all outputs apart, the area is the exact one.
    const auto auc = make("auc", {{"num_thresholds", 100000}});
    CHECK(value(*auc, {1}, p, target, b, false) == Approx(0.45).epsilon(1e-6));
    CHECK(value(*auc, {1}, p, target, b, true) == Approx(0.5508474576271187).epsilon(1e-6));
  }
}

TEST_CASE("With three thresholds the area is that of the trapezoids between them") {
  // Thresholds just below 0, 1/2, and just above 1: (0, 0), (1/2, 1), (1, 1).
  const std::vector<float> p = {0.2f, 0.9f, 0.7f, 0.6f}, t = {0, 1, 1, 0};
  CHECK(value(*make("auc", {{"num_thresholds", 3}}), {1}, p, {1}, t, false) == Approx(0.75));
}

TEST_CASE("Outputs and targets that a metric cannot take are refused") {
  CHECK_THROWS_WITH(make("accuracy")->sums({4}, {3}), Catch::Contains("got 4 and 3"));
  CHECK_THROWS_WITH(make("mean_absolute_error")->sums({4}, {}),
                    Catch::Contains("outputs of shape 4"));
}
