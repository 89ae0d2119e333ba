// A training of more epochs that goes on from the end of one of fewer has the bits of one at once.
#include <catch2/catch.hpp>

#include "training.h"

using namespace training;

namespace {

constexpr int kShort = 5, kLong = 9;

/// What in a training might hang on its length.
struct Case {
  const char* name;
  Value::Map params;
};

std::vector<Case> cases() {
  const auto rate = [](const char* schedule, Value::Map with) {
    return Value(Value::Map{
        {"adam", Value::Map{{"learning_rate", Value::Map{{schedule, std::move(with)}}}}}});
  };
  const auto callback = [](const char* id, Value::Map with) {
    return Value(Value::List{Value::Map{{id, std::move(with)}}});
  };
  // 40 samples in batches of 8 are 5 steps an epoch.
  return {
      {"nothing besides", {}},
      {"momentum in slots", {{"optimizer", "nadam"}}},
      {"a rate that falls",
       {{"optimizer",
         rate("cosine_decay", {{"initial_learning_rate", 0.01}, {"decay_steps", 35}})}}},
      {"a rate that cycles",
       {{"optimizer",
         rate("polynomial_decay",
              {{"initial_learning_rate", 0.01}, {"decay_steps", 12}, {"cycle", true}})}}},
      {"samples held out", {{"validation_split", 0.2}}},
      {"samples in their order", {{"shuffle", false}}},
      {"the best epoch", {{"validation_split", 0.2}, {"keep_best", "val_loss"}}},
      {"a rate that waits for a plateau",
       {{"callbacks", callback("reduce_lr_on_plateau",
                               {{"monitor", "loss"}, {"patience", 2}, {"min_delta", 10}})}}},
      {"stops before either end",
       {{"callbacks",
         callback("early_stopping", {{"monitor", "loss"}, {"patience", 3}, {"min_delta", 10}})}}},
      {"stops between the ends",
       {{"callbacks",
         callback("early_stopping", {{"monitor", "loss"}, {"patience", 6}, {"min_delta", 10}})}}},
      {"weights of the best epoch",
       {{"callbacks", callback("early_stopping", {{"monitor", "loss"},
                                                  {"patience", 6},
                                                  {"min_delta", 0.05},
                                                  {"restore_best_weights", true}})}}},
  };
}

Value::Map params(const Case& which, int epochs) {
  const Value network = Value::Map{
      {"sequential",
       Value::Map{{"loss", "mean_squared_error"},
                  {"layers", Value::List{layer("batch_normalization", {{"momentum", 0.5}}),
                                         layer("dropout", {{"rate", 0.2}}),
                                         layer("dense", {{"units", 12}})}}}}};
  Value::Map params = {{"model", network}, {"optimizer", "adam"},
                       {"epochs", epochs}, {"batch_size", 8},
                       {"seed", 3},        {"metrics", Value::List{"mean_absolute_error"}}};
  for (const auto& [name, value] : which.params) params[name] = value;
  return params;
}

testing::StageRun fit(const Case& which, int epochs) {
  testing::StageRun run(components(), "train.fit", params(which, epochs));
  run.input("train", samples(40, {12})).input("train_targets", samples(40, {12}, 7));
  return run;
}

using Outputs = std::map<std::string, Artifact>;

bool same_outputs(const Outputs& a, const Outputs& b) {
  return a.size() == b.size() && std::all_of(a.begin(), a.end(), [&](const auto& output) {
           return b.count(output.first) && same(output.second, b.at(output.first));
         });
}

}  // namespace

TEST_CASE("A training is extended to the bits of a longer one at once") {
  for (const Case& which : cases()) {
    CAPTURE(which.name);
    const Outputs at_once = fit(which, kLong).run();
    testing::StageRun shorter = fit(which, kShort);
    shorter.run();
    testing::StageRun longer = fit(which, kLong);
    const Outputs extended = longer.checkpoint(shorter.checkpoint()).run();
    CHECK(same_outputs(extended, at_once));
    // What it ends in is what one at once ends in, and so it can be extended itself.
    testing::StageRun again = fit(which, kLong);
    again.run();
    CHECK(same(*longer.checkpoint(), *again.checkpoint()));
  }
}

TEST_CASE("An extended training trains only the epochs that are missing") {
  const Case plain{"", {}};
  testing::StageRun shorter = fit(plain, kShort);
  shorter.run();
  CHECK(shorter.checkpoint()->attributes.at("epoch") == Value(kShort));
  testing::StageRun longer = fit(plain, kLong);
  longer.checkpoint(shorter.checkpoint()).cancel_after(kShort);
  CHECK_THROWS_AS(longer.run(), Cancelled);
  CHECK(longer.checkpoint()->attributes.at("epoch") == Value(kShort));
}

TEST_CASE("A training that was stopped early stays so, however many epochs there are to be") {
  const Case stops = cases().at(8);
  testing::StageRun shorter = fit(stops, kShort);
  const Outputs stopped = shorter.run();
  CHECK(column(stopped.at("history"), "loss").size() == 4);
  testing::StageRun longer = fit(stops, 100);
  CHECK(same_outputs(longer.checkpoint(shorter.checkpoint()).run(), stopped));
}
