// Training on targets, with weights, metrics and callbacks.
#include <algorithm>
#include <catch2/catch.hpp>

#include "training.h"

using namespace training;
using Catch::Matchers::Contains;

namespace {

/// Two clouds of points in the plane, which a line parts; 30 rows, every third of class 1.
Array points(std::int64_t n = 30) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < n; ++i)
    for (int k = 0; k < 2; ++k)
      values.push_back(float((i % 3 == 0 ? 1.0 : -1.0) + 0.4 * std::sin(1.7 * double(2 * i + k))));
  return Array::of(values, {n, 2});
}
Array labels(std::int64_t n = 30) {
  std::vector<std::uint8_t> values;
  for (std::int64_t i = 0; i < n; ++i) values.push_back(i % 3 == 0 ? 1 : 0);
  return Array::of(values);
}
Array one_hot(std::int64_t n = 30) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < n; ++i) {
    values.push_back(i % 3 == 0 ? 0.0f : 1.0f);
    values.push_back(i % 3 == 0 ? 1.0f : 0.0f);
  }
  return Array::of(values, {n, 2});
}

Value classifier(const char* loss = "sparse_categorical_crossentropy") {
  return Value::Map{
      {"sequential",
       Value::Map{
           {"loss", loss},
           {"layers", Value::List{layer("batch_normalization", {{"momentum", 0.5}}),
                                  layer("dense", {{"units", 2}, {"activation", "softmax"}})}}}}};
}

Value::Map params(Value::Map more = {}) {
  Value::Map params = {
      {"model", classifier()}, {"optimizer", "adam"}, {"epochs", 6},
      {"batch_size", 8},       {"seed", 3},           {"metrics", Value::List{"accuracy"}}};
  for (auto& [key, value] : more) params[key] = value;
  return params;
}

testing::StageRun fit(const Value::Map& params) {
  testing::StageRun run(components(), "train.fit", params);
  run.input("train", points()).input("train_targets", labels());
  return run;
}

using Outputs = std::map<std::string, Artifact>;

std::vector<double> column_of(const Outputs& outputs, const char* name) {
  return column(outputs.at("history"), name);
}

std::string problem(testing::StageRun& run) {
  try {
    run.run();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing";
}

}  // namespace

TEST_CASE("A classifier learns labels, and its metrics go along") {
  testing::StageRun run = fit(params(
      {{"epochs", 60}, {"optimizer", Value::Map{{"adam", Value::Map{{"learning_rate", 0.1}}}}}}));
  const Value info = run.preflight().at("model").info;
  const Outputs outputs = run.run();
  CHECK(column_of(outputs, "accuracy").back() == 1);
  CHECK(column_of(outputs, "loss").back() < 0.1);
  testing::StageRun evaluate(components(), "train.evaluate",
                             {{"metrics", Value::List{"accuracy", "f1_score"}}});
  evaluate.input("model", outputs.at("model"), info);
  evaluate.input("x", points(12)).input("targets", labels(12));
  const Outputs found = evaluate.run();
  CHECK(found.at("accuracy").arrays.at("").view<double>()[0] == 1);
  CHECK(found.at("f1_score").arrays.at("").view<double>()[0] == 1);
  CHECK(found.at("loss").arrays.at("").view<double>()[0] < 0.1);
}

TEST_CASE("Labels and one-hot targets are learned alike") {
  const Outputs sparse = fit(params()).run();
  Value::Map settings = params({{"model", classifier("categorical_crossentropy")}});
  testing::StageRun run(components(), "train.fit", settings);
  run.input("train", points()).input("train_targets", one_hot());
  const Outputs dense = run.run();
  CHECK(column_of(dense, "loss") == column_of(sparse, "loss"));
  CHECK(column_of(dense, "accuracy") == column_of(sparse, "accuracy"));
}

TEST_CASE("A sample of weight 2 counts as two, and one of weight 0 as none") {
  const auto one_step = [](const Array& x, const Array& targets, std::optional<Array> weights) {
    testing::StageRun run(
        components(), "train.fit",
        params({{"epochs", 1},
                {"batch_size", 100},
                {"optimizer", "sgd"},
                {"model",
                 Value::Map{{"sequential",
                             Value::Map{{"loss", "mean_squared_error"},
                                        {"layers", Value::List{layer("dense", {{"units", 1}})}}}}}},
                {"metrics", Value::List{}}}));
    run.input("train", x).input("train_targets", targets);
    if (weights) run.input("train_weights", *weights);
    return run.run();
  };
  const Array x = Array::of<float>({1, 2, 3, -1}, {4, 1}),
              t = Array::of<float>({2, 1, 0, 5}, {4, 1});
  const Array twice = Array::of<float>({1, 1, 2, 3}, {4, 1});
  const Array twice_t = Array::of<float>({2, 2, 1, 0}, {4, 1});
  const Outputs weighted = one_step(x, t, Array::of<float>({2, 1, 1, 0}));
  const Outputs repeated = one_step(twice, twice_t, {});
  CHECK(column_of(weighted, "loss")[0] == Approx(column_of(repeated, "loss")[0]).epsilon(1e-6));
  for (const char* weight : {"weights/dense_1/kernel", "weights/dense_1/bias"})
    CHECK(weighted.at("model").arrays.at(weight).view<float>()[0] ==
          Approx(repeated.at("model").arrays.at(weight).view<float>()[0]).epsilon(1e-5));
}

TEST_CASE("Weights of classes are those of their samples") {
  std::vector<float> balanced;  // 30 / (2 · 10) and 30 / (2 · 20)
  for (int i = 0; i < 30; ++i) balanced.push_back(i % 3 == 0 ? 1.5f : 0.75f);
  testing::StageRun by_sample = fit(params());
  by_sample.input("train_weights", Array::of(balanced));
  const Outputs expected = by_sample.run();
  CHECK(same(fit(params({{"class_weight", "balanced"}})).run().at("model"), expected.at("model")));
  CHECK(same(fit(params({{"class_weight", Value::List{0.75, 1.5}}})).run().at("model"),
             expected.at("model")));
  testing::StageRun short_list = fit(params({{"class_weight", Value::List{1}}}));
  CHECK_THAT(problem(short_list), Contains("row 0 is of class 1, and there are weights of 1"));
}

TEST_CASE("validation_split holds out the last samples, as Keras does") {
  const Outputs split = fit(params({{"validation_split", 0.2}})).run();
  testing::StageRun run(components(), "train.fit", params());
  const auto rows = [](const Array& all, std::int64_t first, std::int64_t count) {
    std::vector<float> values(all.view<float>().begin() + 2 * first,
                              all.view<float>().begin() + 2 * (first + count));
    return Array::of(values, {count, 2});
  };
  const auto some = [](std::int64_t first, std::int64_t count) {
    const Array all = labels();
    return Array::of(std::vector<std::uint8_t>(all.view<std::uint8_t>().begin() + first,
                                               all.view<std::uint8_t>().begin() + first + count));
  };
  run.input("train", rows(points(), 0, 24)).input("train_targets", some(0, 24));
  run.input("validation", rows(points(), 24, 6)).input("validation_targets", some(24, 6));
  const Outputs apart = run.run();
  CHECK(same(split.at("model"), apart.at("model")));
  CHECK(same(split.at("history"), apart.at("history")));
}

TEST_CASE("A stopped training restores its best weights, and keep_best gives them apart") {
  const auto after = [](std::int64_t epochs) {
    return fit(params({{"epochs", epochs}})).run().at("model");
  };
  const Outputs whole = fit(params({{"epochs", 9}})).run();
  const std::vector<double> losses = column_of(whole, "loss");
  // The largest loss counts as the best, so that there is something to stop at.
  const auto worst = std::max_element(losses.begin(), losses.end()) - losses.begin() + 1;
  REQUIRE(worst <= 6);
  const Value stopping = layer(
      "early_stopping",
      {{"monitor", "loss"}, {"mode", "max"}, {"patience", 3}, {"restore_best_weights", true}});
  testing::StageRun run = fit(params({{"epochs", 9}, {"callbacks", Value::List{stopping}}}));
  const Outputs stopped = run.run();
  CHECK(std::int64_t(column_of(stopped, "loss").size()) == worst + 3);
  CHECK(same(stopped.at("model"), after(worst)));
  REQUIRE(run.log().size() == 1);
  CHECK_THAT(run.log()[0], Contains("stopped: 'loss' was best in epoch " + std::to_string(worst)));

  const Outputs kept = fit(params({{"epochs", 9}, {"keep_best", "loss"}})).run();
  const auto best = std::min_element(losses.begin(), losses.end()) - losses.begin() + 1;
  CHECK(same(kept.at("model"), whole.at("model")));
  CHECK(same(kept.at("best"), after(best)));
  CHECK_FALSE(whole.count("best"));
}

TEST_CASE("A training with states, metrics and callbacks goes on to the same bits") {
  const Value::Map settings = params(
      {{"callbacks",
        Value::List{
            layer("reduce_lr_on_plateau", {{"monitor", "loss"}, {"mode", "max"}, {"patience", 1}}),
            layer("early_stopping",
                  {{"monitor", "accuracy"}, {"patience", 9}, {"restore_best_weights", true}})}}});
  const Outputs whole = fit(settings).run();
  const int stop = GENERATE(1, 2, 3, 5);
  testing::StageRun run = fit(settings);
  run.cancel_after(stop);
  CHECK_THROWS_AS(run.run(), Cancelled);
  run.cancel_after(-1);
  const Outputs found = run.run();
  CHECK(same(found.at("model"), whole.at("model")));
  CHECK(same(found.at("history"), whole.at("history")));
}

TEST_CASE("What does not fit targets, weights or figures is told before training") {
  const auto told = [](const Value::Map& params, std::map<std::string, Array> inputs) {
    testing::StageRun run(components(), "train.fit", params);
    for (auto& [port, array] : inputs) run.input(port, array);
    try {
      run.preflight();
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  const Array x = points();
  CHECK_THAT(told(params(), {{"train", x}}), Contains("input 'train_targets' is not connected"));
  CHECK_THAT(told(params(), {{"train", x}, {"train_targets", labels(20)}}),
             Contains("input 'train_targets' has 20 rows, and input 'train' has 30"));
  CHECK_THAT(told(params(), {{"train", x}, {"train_targets", one_hot()}}),
             Contains("targets of shape 2") && Contains("a class label, a number a row"));
  CHECK_THAT(told(params(), {{"train", x},
                             {"train_targets", labels()},
                             {"train_weights", Array::of<float>({1, 2})}}),
             Contains("input 'train_weights' has 2 rows"));
  CHECK_THAT(told(params({{"keep_best", "val_loss"}}), {{"train", x}, {"train_targets", labels()}}),
             Contains("no figure 'val_loss'; known: loss, accuracy"));
  CHECK_THAT(
      told(params({{"validation_split", 0.99}}), {{"train", x}, {"train_targets", labels()}}),
      Contains("'validation_split'"));
  CHECK_THAT(
      told(params(), {{"train", x}, {"train_targets", labels()}, {"validation_targets", labels()}}),
      Contains("'validation_targets' is connected, and input 'validation' is not"));
  CHECK_THAT(told(params({{"metrics", Value::List{"mean_absolute_error"}}}),
                  {{"train", x}, {"train_targets", labels()}}),
             Contains("metric 'mean_absolute_error' of layer 'dense_1'"));
  const Value relu = Value::Map{
      {"sequential",
       Value::Map{
           {"loss", "binary_crossentropy"},
           {"layers", Value::List{layer("dense", {{"units", 2}, {"activation", "relu"}})}}}}};
  CHECK_THAT(told(params({{"model", relu}}), {{"train", x}, {"train_targets", one_hot()}}),
             Contains("layer 'dense_1' ends in relu, which gives values of at least 0, and "
                      "binary_crossentropy takes values from 0 to 1"));
}

TEST_CASE("A label that is out of range is told with its row") {
  testing::StageRun run(components(), "train.fit", params());
  Array wrong = labels();
  wrong.mutable_view<std::uint8_t>()[7] = 2;
  run.input("train", points()).input("train_targets", wrong);
  CHECK_THAT(problem(run),
             Contains("input 'train_targets': row 7 has 2, and sparse_categorical_crossentropy "
                      "takes whole numbers from 0 to 1"));
}
