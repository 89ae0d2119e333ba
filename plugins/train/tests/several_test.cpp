// Models with several inputs and outputs. What they come to is that of models with one of each,
// where nothing joins them.
#include <catch2/catch.hpp>

#include "training.h"

using namespace training;
using Catch::Matchers::Contains;

namespace {

constexpr std::int64_t kRows = 40;

Value named(const char* name, const char* from, int units) {
  Value entry = layer("dense", {{"units", units}, {"activation", "tanh"}});
  entry.map()["name"] = name;
  entry.map()["from"] = from;
  return entry;
}

/// a: {5} -> {3} and b: {4} -> {2}, side by side; b's loss counts half.
Value side_by_side() {
  const auto output = [](const char* layer, double weight) {
    return Value::Map{{"layer", layer}, {"loss", "mean_squared_error"}, {"weight", weight}};
  };
  return Value::Map{
      {"network", Value::Map{{"inputs", Value::List{"left", "right"}},
                             {"layers", Value::List{named("a", "left", 3), named("b", "right", 2)}},
                             {"outputs", Value::List{output("a", 1), output("b", 0.5)}}}}};
}

Value alone(const char* name, int units) {
  return Value::Map{{"network", Value::Map{{"loss", "mean_squared_error"},
                                           {"layers", Value::List{named(name, "input", units)}}}}};
}

Value::Map params(Value model, double rate, Value metrics) {
  return {{"model", std::move(model)},
          {"optimizer", Value::Map{{"sgd", Value::Map{{"learning_rate", rate}}}}},
          {"metrics", std::move(metrics)},
          {"epochs", 3},
          {"batch_size", 16},
          {"seed", 3}};
}

Array left() { return samples(kRows, {5}); }
Array right() { return samples(kRows, {4}, 9); }
Array target_a() { return samples(kRows, {3}, 20); }
Array target_b() { return samples(kRows, {2}, 31); }

testing::StageRun fit_both(Value metrics = Value::Map{{"b", Value::List{"mean_absolute_error"}}}) {
  testing::StageRun run(components(), "train.fit",
                        params(side_by_side(), 0.125, std::move(metrics)));
  run.item("train", left()).item("train", right());
  run.item("train_targets", target_a()).item("train_targets", target_b());
  return run;
}

testing::StageRun fit_alone(const char* name, int units, double rate, const Array& x,
                            const Array& target) {
  testing::StageRun run(components(), "train.fit",
                        params(alone(name, units), rate, Value::List{"mean_absolute_error"}));
  run.input("train", x).input("train_targets", target);
  return run;
}

/// A trained model and what its port tells.
struct Trained {
  explicit Trained(testing::StageRun run)
      : info(run.preflight().at("model").info), outputs(run.run()) {}
  Value info;
  std::map<std::string, Artifact> outputs;
  const Artifact& model() const { return outputs.at("model"); }
  std::vector<double> column_of(const char* name) const {
    return column(outputs.at("history"), name);
  }
};

testing::StageRun taking(const char* stage, const Trained& trained, Value::Map params = {}) {
  testing::StageRun run(components(), stage, params);
  run.input("model", trained.model(), trained.info);
  return run;
}

}  // namespace

TEST_CASE("Networks side by side learn what each learns alone, by its share of the loss") {
  const Trained both(fit_both());
  // Half of the loss is half of the step.
  const Trained a(fit_alone("a", 3, 0.125, left(), target_a()));
  const Trained b(fit_alone("b", 2, 0.0625, right(), target_b()));
  for (const Trained* one : {&a, &b})
    for (const auto& [path, array] : one->model().arrays) {
      INFO(path);
      CHECK(testing::values<float>(both.model().arrays.at(path)) == testing::values<float>(array));
    }
  const auto loss = both.column_of("loss"), of_a = a.column_of("loss"), of_b = b.column_of("loss");
  for (std::size_t epoch = 0; epoch < 3; ++epoch)
    CHECK(loss[epoch] == Approx(of_a[epoch] + 0.5 * of_b[epoch]).epsilon(1e-12));
  CHECK(both.column_of("b_mean_absolute_error") == b.column_of("mean_absolute_error"));

  testing::StageRun evaluate = taking(
      "train.evaluate", both, {{"metrics", Value::Map{{"b", Value::List{"mean_absolute_error"}}}}});
  evaluate.item("x", left()).item("x", right());
  evaluate.item("targets", target_a()).item("targets", target_b());
  const auto found = evaluate.run();
  const auto evaluated = [](const Trained& one, const Array& x, const Array& target) {
    testing::StageRun run =
        taking("train.evaluate", one, {{"metrics", Value::List{"mean_absolute_error"}}});
    return run.input("x", x).input("targets", target).run();
  };
  const auto value = [](const std::map<std::string, Artifact>& outputs, const char* name) {
    return outputs.at(name).arrays.at("").view<double>()[0];
  };
  const auto in_a = evaluated(a, left(), target_a()), in_b = evaluated(b, right(), target_b());
  CHECK(value(found, "loss") ==
        Approx(value(in_a, "loss") + 0.5 * value(in_b, "loss")).epsilon(1e-12));
  CHECK(value(found, "b_mean_absolute_error") == value(in_b, "mean_absolute_error"));

  const auto predicted = [&](const Trained& one, Value::Map params) {
    testing::StageRun run = taking("model.predict", one, std::move(params));
    if (&one == &both) run.item("x", left()).item("x", right());
    else run.input("x", right());
    return testing::values<float>(testing::output(run, "y"));
  };
  CHECK(predicted(both, {{"output", "b"}}) == predicted(b, {}));
  CHECK(predicted(both, {}).size() == 3 * kRows);  // that of the first
}

TEST_CASE("Lists that do not fit a model's inputs and outputs are told before training") {
  const auto problem = [](auto&& run) { return testing::message_of([&] { run.preflight(); }); };
  const auto started = [](Value metrics = Value::List()) {
    return testing::StageRun(components(), "train.fit",
                             params(side_by_side(), 0.1, std::move(metrics)));
  };
  testing::StageRun one = started();
  one.input("train", left());
  CHECK_THAT(problem(one), Contains("has the inputs left, right, and was given 1"));

  testing::StageRun untold = started();
  untold.item("train", left()).item("train", right());
  CHECK_THAT(problem(untold), Contains("input 'train_targets' is not connected"));
  untold.input("train_targets", target_a());
  CHECK_THAT(problem(untold), Contains("'train_targets' has 1 array, and the model has 2 outputs: "
                                       "a, b"));

  testing::StageRun swapped = started();
  swapped.item("train", left()).item("train", right());
  swapped.item("train_targets", target_b()).item("train_targets", target_a());
  CHECK_THAT(problem(swapped),
             Contains("input 'train_targets.0' has targets of shape 2") && Contains("layer 'a'"));

  testing::StageRun shorter = started();
  shorter.item("train", left()).item("train", samples(kRows - 1, {4}));
  shorter.item("train_targets", target_a()).item("train_targets", target_b());
  CHECK_THAT(problem(shorter), Contains("'train.1' has 39 rows") && Contains("'train.0' has 40"));

  CHECK_THAT(problem(fit_both(Value::List{"mean_absolute_error"})),
             Contains("the model has the outputs a, b"));
  CHECK_THAT(problem(fit_both(Value::Map{{"B", Value::List{"mean_absolute_error"}}})),
             Contains("no output 'B'") && Contains("it has a, b"));

  Value::Map settings = params(side_by_side(), 0.1, Value::List());
  settings["class_weight"] = "balanced";
  testing::StageRun balanced(components(), "train.fit", settings);
  balanced.item("train", left()).item("train", right());
  balanced.item("train_targets", target_a()).item("train_targets", target_b());
  CHECK_THROWS_WITH(balanced.run(), Contains("several outputs"));

  testing::StageRun elsewhere =
      taking("model.predict", Trained(fit_both()), Value::Map{{"output", "c"}});
  elsewhere.item("x", left()).item("x", right());
  CHECK_THAT(problem(elsewhere), Contains("no output 'c'"));
}
