#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "pipeline/nn/simd.h"
#include "training.h"

using namespace training;
using Catch::Matchers::Contains;

namespace {

Value::Map params(const Value& model, const char* optimizer = "rmsprop", int epochs = 4) {
  return {{"model", model},
          {"optimizer", optimizer},
          {"epochs", epochs},
          {"batch_size", 16},
          {"seed", 7}};
}

testing::StageRun fit(const Value::Map& params, const Shape& sample, int threads = 1) {
  testing::StageRun run(components(), "train.fit", params);
  run.input("train", samples(60, sample)).input("validation", samples(10, sample, 60));
  run.threads(threads);
  return run;
}

/// A dense auto-encoder whose encoder's kernel, 60 values, begins with 0.5 each.
Value penalised_autoencoder(double l1 = 1, double l2 = 2) {
  const Value encoder =
      layer("dense", {{"units", 5},
                      {"kernel_initializer", Value::Map{{"constant", 0.5}}},
                      {"kernel_regularizer", Value::Map{{"l1", l1}, {"l2", l2}}}});
  Value model = dense_autoencoder();
  model.map().at("autoencoder").map().at("encoder") = Value::List{encoder};
  return model;
}

using Outputs = std::map<std::string, Artifact>;

/// A run that is being stopped from the n-th look at its token on (-1: never).
class Stopping : public Context {
 public:
  explicit Stopping(int looks, std::optional<Artifact> state = {})
      : looks_(looks), state_(std::move(state)) {}
  void progress(std::int64_t, std::int64_t, std::vector<std::pair<std::string, double>>) override {}
  void log(std::string_view) override {}
  bool cancelled() const override { return looks_ >= 0 && ++seen_ >= looks_; }
  int threads() const override { return 1; }
  ComponentFactory& components() override { return training::components(); }
  void save_checkpoint(const Artifact& state) override { state_ = state; }
  std::optional<Artifact> load_checkpoint() override { return state_; }
  const std::optional<Artifact>& state() const { return state_; }

 private:
  int looks_;
  mutable int seen_ = 0;
  std::optional<Artifact> state_;
};

/// As fit(), under a context of one's own.
Outputs run_fit(const Value::Map& params, Context& context) {
  auto stage = components().make<Stage>("train.fit", params);
  Declaration declaration;
  stage->declare(declaration);
  const std::map<std::string, Array> given = {{"train", samples(60, {12})},
                                              {"validation", samples(10, {12}, 60)}};
  for (InputPort* input : declaration.inputs()) {
    const auto array = given.find(input->info().name);
    if (array == given.end()) continue;
    const Artifact artifact{"array", {}, {{"", array->second}}};
    InputPort& port = input->takes_list() ? static_cast<ListPort*>(input)->add_alone() : *input;
    port.connect(testing::spec_of(artifact));
    port.load(artifact);
  }
  stage->preflight(components());
  stage->run(context);
  Outputs outputs;
  for (OutputPort* output : declaration.outputs())
    if (!output->absent()) outputs[output->info().name] = output->take();
  return outputs;
}

void require_same(const Outputs& a, const Outputs& b) {
  CHECK(same(a.at("model"), b.at("model")));
  CHECK(same(a.at("history"), b.at("history")));
}

}  // namespace

TEST_CASE("A training that was stopped goes on to the same bits") {
  const char* optimizer = GENERATE("sgd", "adadelta", "rmsprop", "adam");
  const Value::Map settings = params(small_vae(0.5), optimizer, 6);
  const Outputs whole = fit(settings, {12}).run();
  const int stop = GENERATE(0, 1, 3, 5);
  testing::StageRun run = fit(settings, {12});
  run.cancel_after(stop);
  CHECK_THROWS_AS(run.run(), Cancelled);
  REQUIRE(run.checkpoint());
  CHECK(run.checkpoint()->attributes.at("epoch").as_int() == stop);
  run.cancel_after(-1);
  require_same(run.run(), whole);
}

TEST_CASE("A training that was stopped within an epoch goes on to the same bits") {
  // A look at the token for each of 4 batches of training and one of validation an epoch.
  const Value::Map settings = params(small_vae(0.5), "adam", 3);
  const Outputs whole = fit(settings, {12}).run();
  const int looks = GENERATE(range(1, 16));
  Stopping stopped(looks);
  CHECK_THROWS_AS(run_fit(settings, stopped), Cancelled);
  REQUIRE(stopped.state());
  Stopping finishing(-1, stopped.state());
  require_same(run_fit(settings, finishing), whole);
}

TEST_CASE("Checkpoints within an epoch know batch and loss so far") {
  Stopping stopped(3);
  CHECK_THROWS_AS(run_fit(params(small_vae(0.5)), stopped), Cancelled);
  CHECK(stopped.state()->attributes.at("epoch").as_int() == 0);
  CHECK(stopped.state()->attributes.at("batch").as_int() > 0);
  CHECK(stopped.state()->arrays.at("loss_sum").view<double>()[0] > 0);
}

TEST_CASE("A checkpoint of another network is refused") {
  Stopping stopped(7);
  CHECK_THROWS_AS(run_fit(params(small_vae(0.5)), stopped), Cancelled);
  Stopping other(-1, stopped.state());
  CHECK_THROWS_WITH(run_fit(params(dense_autoencoder()), other), Contains("checkpoint"));
  CHECK_THROWS_WITH(run_fit(params(small_vae(0.5), "adam"), other), Contains("checkpoint"));
}

TEST_CASE("The same weights come out with 1, 2 or 4 threads") {
  const auto [model, sample] = GENERATE(std::pair<Value, Shape>{small_vae(0.5), {12}},
                                        std::pair<Value, Shape>{denoising_autoencoder(), {12}},
                                        std::pair<Value, Shape>{conv_autoencoder(), {1, 7, 7}});
  const Outputs one = fit(params(model), sample, 1).run();
  require_same(fit(params(model), sample, 2).run(), one);
  require_same(fit(params(model), sample, 4).run(), one);
}

TEST_CASE("The same weights come out of every instruction set") {
  const auto [model, sample] = GENERATE(std::pair<Value, Shape>{small_vae(0.5), {12}},
                                        std::pair<Value, Shape>{denoising_autoencoder(), {12}},
                                        std::pair<Value, Shape>{conv_autoencoder(), {1, 7, 7}});
  const char* optimizer = GENERATE("sgd", "adadelta", "rmsprop", "adam");
  const Simd before = nn::simd_in_use();
  std::vector<Outputs> found;
  for (Simd simd : nn::available_simd()) {
    nn::use_simd(simd);
    found.push_back(fit(params(model, optimizer), sample).run());
  }
  nn::use_simd(before);
  for (const Outputs& outputs : found) require_same(outputs, found.front());
}

TEST_CASE("Another seed gives other weights, and the same seed the same") {
  Value::Map settings = params(denoising_autoencoder());
  const Outputs first = fit(settings, {12}).run();
  require_same(fit(settings, {12}).run(), first);
  settings["seed"] = 8;
  CHECK_FALSE(same(fit(settings, {12}).run().at("model"), first.at("model")));
}

TEST_CASE("Dropout, sampling and the order of the samples each change what is learnt") {
  Value::Map settings = params(dense_autoencoder(), "rmsprop", 1);
  const double shuffled = column(fit(settings, {12}).run().at("history"), "val_loss")[0];
  settings["shuffle"] = false;
  const double in_order = column(fit(settings, {12}).run().at("history"), "val_loss")[0];
  settings["model"] = denoising_autoencoder();
  const double dropped = column(fit(settings, {12}).run().at("history"), "val_loss")[0];
  settings["model"] = small_vae(0);
  const double still = column(fit(settings, {12}).run().at("history"), "val_loss")[0];
  settings["model"] = small_vae(1);
  const double noisy = column(fit(settings, {12}).run().at("history"), "val_loss")[0];
  CHECK(shuffled != in_order);
  CHECK(dropped != in_order);
  CHECK(still != noisy);
}

TEST_CASE("The validation loss is the evaluated loss of the weights at the end of an epoch") {
  const Value model = GENERATE(small_vae(0.5), denoising_autoencoder(), penalised_autoencoder());
  testing::StageRun run = fit(params(model, "adam", 3), {12});
  const Value info = run.preflight().at("model").info;
  const Outputs outputs = run.run();
  testing::StageRun evaluate(components(), "train.evaluate");
  evaluate.input("model", outputs.at("model"), info).input("x", samples(10, {12}, 60));
  const double loss = evaluate.run().at("loss").arrays.at("").view<double>()[0];
  CHECK(loss == column(outputs.at("history"), "val_loss").back());
  CHECK(evaluate.log().size() == 1);
}

TEST_CASE("The evaluated loss holds the penalties on weights, as Keras' does") {
  const auto evaluated = [&](double l1, double l2) {
    Value::Map settings = params(penalised_autoencoder(l1, l2), "sgd", 1);
    settings["optimizer"] = Value::Map{{"sgd", Value::Map{{"learning_rate", 1e-30}}}};
    testing::StageRun run = fit(settings, {12});
    const Value info = run.preflight().at("model").info;
    testing::StageRun evaluate(components(), "train.evaluate");
    evaluate.input("model", run.run().at("model"), info).input("x", samples(10, {12}));
    return testing::output(evaluate, "loss").view<double>()[0];
  };
  CHECK(evaluated(1, 2) - evaluated(0, 0) == Approx(60 * (1 * 0.5 + 2 * 0.25)).epsilon(1e-6));
}

TEST_CASE("Within an epoch the figures so far are told") {
  class Watching : public Stopping {
   public:
    Watching() : Stopping(-1) {}
    void progress(std::int64_t done, std::int64_t,
                  std::vector<std::pair<std::string, double>> figures) override {
      told.emplace_back(done, std::move(figures));
    }
    std::vector<std::pair<std::int64_t, std::vector<std::pair<std::string, double>>>> told;
  };
  Value::Map settings = params(dense_autoencoder(), "sgd", 1);
  settings["shuffle"] = false;
  Watching context;
  const Outputs outputs = run_fit(settings, context);
  // The loss of a batch is that before its step, and the first batch has the first 16 samples.
  testing::StageRun first(components(), "train.fit", settings);
  const double loss =
      column(first.input("train", samples(16, {12})).run().at("history"), "loss")[0];
  REQUIRE(context.told.size() >= 3);
  CHECK(context.told[1].first == 0);
  CHECK(context.told[1].second ==
        std::vector<std::pair<std::string, double>>{{"batch", 1}, {"loss", loss}});
  CHECK(context.told.back().first == 1);
  CHECK(context.told.back().second[0].second == column(outputs.at("history"), "loss")[0]);
}

TEST_CASE("A history counts epochs from one, and has no val_loss without validation samples") {
  testing::StageRun run(components(), "train.fit", params(dense_autoencoder()));
  const Artifact history = run.input("train", samples(20, {12})).run().at("history");
  const Table table = ArtifactCodec<Table>::decode(history);
  CHECK_FALSE(table.has("val_loss"));
  const auto epochs = table.column("epoch").view<std::int64_t>();
  CHECK(std::vector<std::int64_t>(epochs.begin(), epochs.end()) ==
        std::vector<std::int64_t>{1, 2, 3, 4});
  CHECK(table.column("loss").size() == 4);
}

TEST_CASE("A training that diverges stops, and says where and in which layer it began") {
  Value::Map settings = params(dense_autoencoder("mean_squared_error"));
  settings["optimizer"] = Value::Map{{"sgd", Value::Map{{"learning_rate", 1e38}}}};
  Value::Map& model = settings["model"].map().at("autoencoder").map();
  model["encoder"] = Value::List{layer("dense", {{"units", 5}})};
  model["decoder"] = Value::List{layer("dense", {{"units", 12}})};
  testing::StageRun run(components(), "train.fit", settings);
  run.input("train", samples(60, {12}));
  CHECK_THROWS_WITH(run.run(), Contains("the loss became") && Contains("in epoch 1, batch") &&
                                   Contains("first in what layer 'dense_") &&
                                   Contains("learning_rate"));
  CHECK(run.left().empty());  // no epoch was over

  settings["optimizer"] = Value::Map{{"sgd", Value::Map{{"learning_rate", 1.7}}}};
  settings["epochs"] = 1000;
  testing::StageRun slower(components(), "train.fit", settings);
  slower.input("train", samples(60, {12}));
  const std::string message = testing::message_of([&] { slower.run(); });
  REQUIRE(slower.left().count("history") == 1);
  const Table& history = slower.left().at("history");
  const auto losses = testing::values<double>(history.column("loss"));
  REQUIRE(losses.size() > 1);
  for (const double loss : losses) CHECK(std::isfinite(loss));
  CHECK_THAT(message, Contains("; the loss of epochs ") &&
                          Contains(", " + fmt::format("{:.6g}", losses.back())));
}

TEST_CASE("Samples that the loss cannot take are refused before training, with row and range") {
  const auto problem = [](const char* port, float value) {
    testing::StageRun run(components(), "train.fit", params(dense_autoencoder()));
    for (const char* name : {"train", "validation"}) {
      Array x = samples(20, {12});
      if (std::string(name) == port) x.mutable_view<float>()[12 * 7 + 3] = value;
      run.input(name, x);
    }
    try {
      run.run();
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  CHECK_THAT(
      problem("train", 255),
      Contains("input 'train': row 7 has 255, and binary_crossentropy takes values from 0 to "
               "1; so it is in 1 of 20 rows"));
  CHECK_THAT(problem("validation", -1), Contains("input 'validation': row 7 has -1"));
  CHECK_THAT(problem("train", std::nanf("")), Contains("input 'train': row 7 has nan"));
}

TEST_CASE("What does not fit shows before anything has trained") {
  const auto problem = [](const Value& model, const Shape& train, const Shape& validation) {
    testing::StageRun run(components(), "train.fit", {{"model", model}, {"optimizer", "sgd"}});
    run.input("train", Array::zeros<float>(train));
    run.input("validation", Array::zeros<float>(validation));
    try {
      run.preflight();
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  CHECK_THAT(problem(dense_autoencoder(), {5, 13}, {5, 13}),
             Contains("decoder ends in shape 12") && Contains("13"));
  CHECK_THAT(problem(conv_autoencoder(), {5, 49}, {5, 49}), Contains("encoder: layer 'conv2d_1'"));
  CHECK(problem(dense_autoencoder(), {5, 12}, {5, 2, 6}) ==
        "input 'validation' has samples of shape 2×6, and the model, trained on those of input "
        "'train', takes 12; put a stage data.reshape in between");
  CHECK_THAT(problem(dense_autoencoder(), {0, 12}, {5, 12}), Contains("'train' has no samples"));
  CHECK_THAT(problem(dense_autoencoder(), {5, 12}, {0, 12}),
             Contains("'validation' has no samples"));
}

TEST_CASE("A model to begin with has to have the same weights") {
  testing::StageRun small = fit(params(small_vae(0.1)), {12});
  const Value info = small.preflight().at("model").info;
  testing::StageRun run = fit(params(dense_autoencoder()), {12});
  run.input("initial", model_by_formula(info), info);
  CHECK_THROWS_WITH(run.preflight(), Contains("the weights do not fit the model") &&
                                         Contains("'encoder/dense_1/kernel' is f32 of 6×12, "
                                                  "expected f32 of 5×12") &&
                                         Contains("'encoder/dense_2/bias' belongs to no layer"));
}

TEST_CASE("A model to begin with is compared before it runs without making its weights") {
  // A kernel of 2^48 weights: a petabyte.
  const Value wide = layer("dense", {{"units", std::int64_t(1) << 24}});
  const Value model = Value::Map{
      {"autoencoder", Value::Map{{"encoder", Value::List{wide, wide}},
                                 {"decoder", Value::List{layer("dense", {{"units", 12}})}}}}};
  const auto info_of = [](const Value& model) {
    return fit(params(model), {12}).preflight().at("model").info;
  };
  const Artifact small = model_by_formula(info_of(dense_autoencoder()));
  const Value info = info_of(model);
  testing::StageRun second = fit(params(model), {12});
  second.input("initial", small, info);
  CHECK(second.preflight().at("model").info == info);
}

TEST_CASE("Training goes on from the weights of a model given") {
  const Value::Map settings = params(dense_autoencoder(), "sgd", 2);
  testing::StageRun first = fit(settings, {12});
  const Value info = first.preflight().at("model").info;
  const Outputs trained = first.run();
  testing::StageRun second = fit(settings, {12});
  second.input("initial", trained.at("model"), info);
  const Outputs further = second.run();
  CHECK(column(further.at("history"), "loss")[0] < column(trained.at("history"), "loss")[1]);
}

TEST_CASE("A batch larger than the data set is the data set") {
  Value::Map settings = params(small_vae(0.5));
  settings["batch_size"] = 60;
  const Outputs whole = fit(settings, {12}).run();
  settings["batch_size"] = 65536;
  require_same(fit(settings, {12}).run(), whole);
}

TEST_CASE("A penalty joins the loss, and a constraint holds after every step") {
  const auto model = [](Value::Map dense) {
    dense["units"] = 5;
    Value made = dense_autoencoder();
    made.map().at("autoencoder").map().at("encoder") = Value::List{layer("dense", dense)};
    return made;
  };
  const auto first_loss = [&](const Value& network) {
    return column(fit(params(network, "sgd", 1), {12}).run().at("history"), "val_loss")[0];
  };
  // No step moves the weights: the difference is the penalty of what they start from, 2·w² each.
  Value::Map plain{{"kernel_initializer", Value::Map{{"constant", 0.5}}},
                   {"kernel_constraint", Value::Map{{"max_norm", 100}}}};
  Value::Map penalised = plain;
  penalised["kernel_regularizer"] = Value::Map{{"l1", 1}, {"l2", 2}};
  const auto loss_after_no_step = [&](const Value::Map& dense) {
    Value::Map settings = params(model(dense), "sgd", 1);
    settings["optimizer"] = Value::Map{{"sgd", Value::Map{{"learning_rate", 1e-30}}}};
    return column(fit(settings, {12}).run().at("history"), "loss")[0];
  };
  CHECK(loss_after_no_step(penalised) - loss_after_no_step(plain) ==
        Approx(60 * (0.5 + 2 * 0.25)).epsilon(1e-6));
  CHECK(first_loss(model(penalised)) > first_loss(model(plain)) + 1);

  Value::Map bounded{{"kernel_constraint", Value::Map{{"max_norm", 0.25}}}};
  const nn::TrainedModel trained =
      ArtifactCodec<nn::TrainedModel>::decode(fit(params(model(bounded)), {12}).run().at("model"));
  for (const auto& [path, weight] : trained.weights) {
    if (path != "encoder/dense_1/kernel") continue;
    const auto w = weight.view<float>();
    for (std::size_t unit = 0; unit < 5; ++unit) {
      double squares = 0;
      for (std::size_t i = 0; i < 12; ++i)
        squares += double(w[unit * 12 + i]) * double(w[unit * 12 + i]);
      CHECK(std::sqrt(squares) <= 0.25 + 1e-6);
      CHECK(std::sqrt(squares) > 0.2);  // glorot_uniform begins with 1.2 or so
    }
    return;
  }
  FAIL("no kernel among the weights");
}
