#include <catch2/catch.hpp>

#include "training.h"

using namespace training;
using Catch::Matchers::Contains;

namespace {

/// A trained model as another process finds it, and what its port told before.
struct Trained {
  explicit Trained(const Value& model, const Shape& sample) {
    testing::StageRun run(components(), "train.fit",
                          {{"model", model}, {"optimizer", "rmsprop"}, {"epochs", 2}});
    run.input("train", samples(40, sample));
    info = run.preflight().at("model").info;
    artifact = run.run().at("model");
  }
  Artifact artifact;
  Value info;
};

Array apply(const char* stage, const Trained& trained, const char* port, const Array& x) {
  testing::StageRun run(components(), stage);
  run.input("model", trained.artifact, trained.info).input(port, x);
  const std::map<std::string, Spec> specs = run.preflight();
  auto outputs = run.run();
  REQUIRE(outputs.size() == 1);
  const Array found = outputs.begin()->second.arrays.at("");
  CHECK(found.shape() == specs.begin()->second.shape);
  return found;
}

std::vector<float> values(const Array& array) {
  return {array.view<float>().begin(), array.view<float>().end()};
}

std::string problem_of_weights(Trained trained, void (*change)(std::map<std::string, Array>&)) {
  change(trained.artifact.arrays);
  try {
    apply("model.encode", trained, "x", samples(3, {12}));
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing";
}

}  // namespace

TEST_CASE("A trained model is stored under plain names, with its description and input shape") {
  const Trained trained(conv_autoencoder(), {1, 7, 7});
  const Artifact& artifact = trained.artifact;
  CHECK(artifact.type == "model");
  CHECK(Value::parse_json(artifact.attributes.at("description").as_string()) ==
        trained.info.at("description"));
  CHECK(artifact.attributes.at("input_shapes") == Value(Value::List{Value::List{1, 7, 7}}));
  std::map<std::string, Shape> shapes;
  for (const auto& [path, array] : artifact.arrays) shapes[path] = array.shape();
  CHECK(shapes == std::map<std::string, Shape>{{"weights/decoder/conv2d_2/bias", {2}},
                                               {"weights/decoder/conv2d_2/kernel", {2, 3, 3, 3}},
                                               {"weights/decoder/conv2d_3/bias", {1}},
                                               {"weights/decoder/conv2d_3/kernel", {1, 2, 2, 2}},
                                               {"weights/encoder/conv2d_1/bias", {3}},
                                               {"weights/encoder/conv2d_1/kernel", {3, 1, 3, 3}}});
}

TEST_CASE("A trained model that is read and written again is the same") {
  for (const Value& model : {small_vae(0.1), denoising_autoencoder()}) {
    const Trained trained(model, {12});
    nn::TrainedModel read = ArtifactCodec<nn::TrainedModel>::decode(trained.artifact);
    nn::LoadedModel loaded = nn::load(read, components());
    Artifact again =
        ArtifactCodec<nn::TrainedModel>::encode(nn::capture(*loaded.model, loaded.network));
    again.type = "model";
    CHECK(same(again, trained.artifact));
  }
}

TEST_CASE("What is known of a model before it is trained is what it is afterwards") {
  const Trained trained(small_vae(0.1), {12});
  const nn::LoadedModel before = nn::build(trained.info, components());
  const nn::LoadedModel after =
      nn::load(ArtifactCodec<nn::TrainedModel>::decode(trained.artifact), components());
  CHECK(before.network.graph.size() == after.network.graph.size());
  CHECK(before.network.graph.shape(before.network.code->from) == Shape{3});
  CHECK(before.network.graph.parameters() == after.network.graph.parameters());
}

TEST_CASE("Decoding the codes of samples is predicting them") {
  const auto [model, sample] = GENERATE(std::pair<Value, Shape>{small_vae(0.5), {12}},
                                        std::pair<Value, Shape>{denoising_autoencoder(), {12}},
                                        std::pair<Value, Shape>{conv_autoencoder(), {1, 7, 7}});
  const Trained trained(model, sample);
  // More than one batch of 128, and a last block that is not full.
  const Array x = samples(150, sample);
  const Array codes = apply("model.encode", trained, "x", x);
  const Array decoded = apply("model.decode", trained, "codes", codes);
  const Array predicted = apply("model.predict", trained, "x", x);
  CHECK(decoded.shape() == x.shape());
  CHECK(values(decoded) == values(predicted));
}

TEST_CASE("A sample's code does not depend on the samples beside it or on threads") {
  const Trained trained(small_vae(0.5), {12});
  const std::vector<float> all = values(apply("model.encode", trained, "x", samples(150, {12})));
  const std::vector<float> some =
      values(apply("model.encode", trained, "x", samples(7, {12}, 130)));
  CHECK(std::vector<float>(all.begin() + 130 * 3, all.begin() + 137 * 3) == some);
  testing::StageRun run(components(), "model.encode");
  run.input("model", trained.artifact, trained.info).input("x", samples(150, {12})).threads(4);
  CHECK(values(run.run().at("codes").arrays.at("")) == all);
}

TEST_CASE("Codes and outputs are those of the formulas") {
  // An encoder of one value: relu(0.5·x0 - 0.25·x1 + 0.1); a decoder that doubles it.
  const Value model = Value::Map{
      {"autoencoder",
       Value::Map{{"encoder", Value::List{layer("dense", {{"units", 1}, {"activation", "relu"}})}},
                  {"decoder", Value::List{layer("dense", {{"units", 2}})}},
                  {"loss", "mean_squared_error"}}}};
  Trained trained(model, {2});
  auto& arrays = trained.artifact.arrays;
  arrays["weights/encoder/dense_1/kernel"] = Array::of<float>({0.5f, -0.25f}, {1, 2});
  arrays["weights/encoder/dense_1/bias"] = Array::of<float>({0.1f});
  arrays["weights/decoder/dense_2/kernel"] = Array::of<float>({2.0f, -1.0f}, {2, 1});
  arrays["weights/decoder/dense_2/bias"] = Array::of<float>({0.0f, 1.0f});
  const Array x = Array::of<float>({1.0f, 0.4f, 0.0f, 1.0f}, {2, 2});
  const std::vector<float> codes = values(apply("model.encode", trained, "x", x));
  CHECK(codes[0] == Approx(0.5));
  CHECK(codes[1] == 0.0f);
  const std::vector<float> y = values(apply("model.predict", trained, "x", x));
  CHECK(y[0] == Approx(1.0));
  CHECK(y[1] == Approx(0.5));
  CHECK(y[2] == 0.0f);
  CHECK(y[3] == 1.0f);
}

TEST_CASE("Weights that are not the model's are refused, each by name") {
  const Trained trained(dense_autoencoder(), {12});
  CHECK(problem_of_weights(trained, [](auto& arrays) {
          arrays.erase("weights/encoder/dense_1/bias");
        }) == "the weights do not fit the model: 'encoder/dense_1/bias' is missing");
  CHECK(
      problem_of_weights(trained,
                         [](auto& arrays) {
                           arrays["weights/encoder/dense_9/bias"] = Array::zeros<float>({5});
                         }) ==
      "the weights do not fit the model: 'encoder/dense_9/bias' belongs to no layer of the model");
  CHECK(
      problem_of_weights(trained,
                         [](auto& arrays) {
                           arrays["weights/encoder/dense_1/kernel"] = Array::zeros<float>({12, 5});
                         }) ==
      "the weights do not fit the model: 'encoder/dense_1/kernel' is f32 of 12×5, expected "
      "f32 of 5×12");
  CHECK_THAT(
      problem_of_weights(
          trained,
          [](auto& arrays) { arrays["weights/encoder/dense_1/bias"] = Array::zeros<double>({5}); }),
      Contains("is f64 of 5, expected f32 of 5"));
  CHECK_THAT(
      problem_of_weights(trained, [](auto& arrays) { arrays["other"] = Array::zeros<float>({5}); }),
      Contains("an array 'other'"));
}

TEST_CASE("Inputs that do not fit a model show before anything runs") {
  const Trained trained(small_vae(0.1), {12});
  const auto problem = [&](const char* stage, const char* port, const Shape& shape,
                           const Value& info) {
    testing::StageRun run(components(), stage);
    run.input("model", trained.artifact, info).input(port, Array::zeros<float>(shape));
    try {
      run.preflight();
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  CHECK(problem("model.encode", "x", {4, 2, 6}, trained.info) ==
        "input 'x' has samples of shape 2×6, and the model takes 12; put a stage data.reshape in "
        "between");
  CHECK(problem("model.predict", "x", {4, 7}, trained.info) ==
        "input 'x' has samples of shape 7, and the model takes 12");
  CHECK(problem("model.decode", "codes", {4, 2}, trained.info) ==
        "input 'codes' has samples of shape 2, and the model's decoder takes 3");
  CHECK(problem("train.evaluate", "x", {4, 7}, trained.info) ==
        "input 'x' has samples of shape 7, and the model takes 12");
  CHECK_THAT(problem("train.evaluate", "x", {0, 12}, trained.info), Contains("'x' has no samples"));
  CHECK_THAT(problem("model.encode", "x", {4, 12}, Value()), Contains("nothing is known"));
}

namespace {

/// A model whose loss is a component that may be left out, and then is null.
class Lazy : public nn::Model {
 public:
  void declare(Declaration& d) override {
    d.summary("Half a model.");
    d.param("layers", layers_, "layers").required().items(1);
    d.param("loss", loss_, "the loss");
  }
  nn::Network build(const std::vector<Shape>& inputs, ComponentFactory& factory) const override {
    nn::Network network;
    network.inputs = {network.graph.add_input(inputs[0])};
    const nn::NodeId output =
        nn::add_chain(network.graph, "encoder", layers_, network.inputs[0], factory);
    network.outputs.push_back({output, factory.make<nn::Loss>("mean_squared_error"), 1, 0});
    return network;
  }

 private:
  std::vector<std::unique_ptr<nn::Layer>> layers_;
  std::unique_ptr<nn::Loss> loss_;
};

}  // namespace

PIPELINE_COMPONENT("lazy", Lazy);

TEST_CASE("A model with a part that is null is made again from its parameters") {
  for (const Value& loss : {Value(), Value("mean_squared_error")}) {
    const Value::Map params{{"layers", Value::List{layer("dense", {{"units", 12}})}},
                            {"loss", loss}};
    testing::StageRun run(components(), "train.fit",
                          {{"model", Value::Map{{"lazy", params}}}, {"optimizer", "rmsprop"}});
    run.input("train", samples(4, {12}));
    const Value info = run.preflight().at("model").info;
    const nn::LoadedModel again =
        nn::load(ArtifactCodec<nn::TrainedModel>::decode(run.run().at("model")), components());
    CHECK(nn::model_info(*again.model, {{12}}) == info);
  }
}
