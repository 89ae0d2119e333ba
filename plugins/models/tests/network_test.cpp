#include "models.h"
#include "pipeline/nn/summary.h"
#include "pipeline/nn/testing_losses.h"

using namespace models;
using Catch::Matchers::Contains;
using Catch::Matchers::Equals;
using Catch::Matchers::StartsWith;

namespace {

Value named(Value layer, const char* name, Value from = {}) {
  layer.map()["name"] = name;
  if (!from.is_null()) layer.map()["from"] = std::move(from);
  return layer;
}

Value network(Value::List layers, const char* loss = "mean_squared_error") {
  return Value::Map{{"network", Value::Map{{"layers", std::move(layers)}, {"loss", loss}}}};
}

/// A dense layer whose weights serve twice, one call behind the other, beside another branch.
Value twice_used() {
  return network({named(dense(4, "tanh"), "a", "input"),
                  Value::Map{{"shared", "a"}, {"name", "again"}}, named(dense(3, "sigmoid"), "b"),
                  named(dense(2, "linear"), "end")});
}

}  // namespace

TEST_CASE("A layer that is used twice has its weights once, and the gradients of both uses") {
  Built built(twice_used(), {4});
  CHECK(built.network.graph.parameters() == 4 * 4 + 4 + 4 * 3 + 3 + 3 * 2 + 2);
  const std::vector<float> x = samples(4 * 19), t = samples(2 * 19);
  CHECK(nn::testing::gradient_error(built.network, {19, {x}, {t}, {}}) < 2e-3);
}

TEST_CASE("A layer that is used twice gives what two layers with equal weights give") {
  Built shared(twice_used(), {4});
  Built apart(network({named(dense(4, "tanh"), "a", "input"), named(dense(4, "tanh"), "again"),
                       named(dense(3, "sigmoid"), "b"), named(dense(2, "linear"), "end")}),
              {4});
  for (const nn::WeightInfo& info : shared.network.graph.weight_infos()) {
    const std::span<float> values = shared.network.graph.values(info);
    std::vector<std::string> paths{info.path};
    if (info.path.starts_with("a/")) paths.push_back("again" + info.path.substr(1));
    for (const std::string& path : paths)
      std::copy(values.begin(), values.end(), apart.network.graph.weight(path).begin());
  }
  const auto predicted = [](Built& built) {
    const std::vector<float> x = samples(4 * 5);
    return nn::predict(built.network.graph, built.network.inputs, built.network.outputs[0].node,
                       {x}, built.threads);
  };
  CHECK(predicted(shared) == predicted(apart));
}

TEST_CASE("Layers that are used twice show once in a summary, with both inputs") {
  Built built(twice_used(), {4});
  const nn::Summary summary = nn::summaries(built.network, "network").back();
  REQUIRE(summary.rows.size() == 4);
  CHECK(summary.rows[1].name == "a");
  CHECK(summary.rows[1].connected_to == std::vector<std::string>{"input_1[0][0]", "a[0][0]"});
  CHECK(summary.rows[2].connected_to == std::vector<std::string>{"a[1][0]"});
  CHECK(summary.trainable == built.network.graph.parameters());
}

TEST_CASE("A network is built again from its description") {
  Built built(twice_used(), {4});
  const Value written = description_of(*built.model);
  Built again(written, {4});
  CHECK(description_of(*again.model) == written);
  CHECK(again.network.graph.parameters() == built.network.graph.parameters());
}

TEST_CASE("A sequential model's gradients are those of central differences") {
  const Value description = Value::Map{
      {"sequential",
       Value::Map{
           {"loss", "sparse_categorical_crossentropy"},
           {"layers",
            Value::List{layer("conv2d", {{"filters", 3}, {"kernel", 3}, {"use_bias", false}}),
                        layer("batch_normalization"), layer("activation", {{"function", "tanh"}}),
                        layer("global_average_pooling2d"), dense(4, "softmax")}}}}};
  Built built(description, {1, 5, 5});
  const std::vector<float> x = samples(25 * 19);
  std::vector<float> labels;
  for (int i = 0; i < 19; ++i) labels.push_back(float(i % 4));
  CHECK(nn::testing::gradient_error(built.network, {19, {x}, {labels}, {}}) < 5e-3);
}

TEST_CASE("Two outputs learn by both losses, each with its weight") {
  nn::Network two;
  two.inputs = {two.graph.add_input({4})};
  const auto head = [&](int units, const char* activation) {
    return two.graph.add(
        components().make<nn::Layer>("dense", {{"units", units}, {"activation", activation}}),
        two.inputs);
  };
  two.outputs.push_back(
      {head(3, "sigmoid"), components().make<nn::Loss>("binary_crossentropy"), 0.7, {}});
  two.outputs.push_back(
      {head(2, "linear"), components().make<nn::Loss>("mean_squared_error"), 2, {}});
  two.graph.initialise(5);
  const std::vector<float> x = samples(4 * 19), a = samples(3 * 19), b = samples(2 * 19);
  CHECK(nn::testing::gradient_error(two, {19, {x}, {a, b}, {}}) < 2e-3);
}

namespace {

Value output(const char* layer, const char* loss, double weight = 1) {
  return Value::Map{{"layer", layer}, {"loss", loss}, {"weight", weight}};
}

/// Two inputs that meet, and two outputs, of which one is read by the other.
Value two_by_two(Value::List outputs = {output("digit", "categorical_crossentropy", 0.7),
                                        output("size", "mean_squared_error", 2)}) {
  return Value::Map{
      {"network", Value::Map{{"inputs", Value::List{"image", "meta"}},
                             {"layers", Value::List{named(dense(3, "tanh"), "seen", "image"),
                                                    named(layer("concatenate"), "both",
                                                          Value::List{"seen", "meta"}),
                                                    named(dense(3, "softmax"), "digit"),
                                                    named(dense(2, "linear"), "size")}},
                             {"outputs", std::move(outputs)}}}};
}

std::string problem_of(const Value& description, const std::vector<Shape>& inputs) {
  try {
    components().make_from<nn::Model>(description)->build(inputs, components());
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("Several inputs and outputs are named, and learn together") {
  const auto model = components().make_from<nn::Model>(two_by_two());
  nn::Network network = model->build({{4}, {5}}, components());
  REQUIRE(network.inputs.size() == 2);
  REQUIRE(network.outputs.size() == 2);
  CHECK(network.graph.name(network.inputs[1]) == "meta");
  CHECK(network.graph.name(network.outputs[0].node) == "digit");
  CHECK(network.outputs[1].weight == 2);
  network.graph.initialise(5);
  const std::vector<float> x = samples(4 * 19), meta = samples(5 * 19), size = samples(2 * 19);
  std::vector<float> digit(3 * 19);
  for (std::size_t row = 0; row < 19; ++row) digit[3 * row + row % 3] = 1;
  CHECK(nn::testing::gradient_error(network, {19, {x, meta}, {digit, size}, {}}) < 2e-3);

  const Value written = description_of(*model);
  CHECK(description_of(*components().make_from<nn::Model>(written)) == written);
}

TEST_CASE("What is wrong with a network's inputs and outputs is said") {
  const std::vector<Shape> shapes{{4}, {5}};
  CHECK_THAT(problem_of(two_by_two(), {{4}}),
             Contains("has the inputs image, meta, and was given 1"));
  CHECK_THAT(problem_of(two_by_two({output("size", "mean_squared_error")}), {{4}, {5}}),
             Equals(""));
  CHECK_THAT(problem_of(two_by_two({output("digit", "mean_squared_error")}), shapes),
             Contains("layer 'size' leads nowhere") && Contains("'digit'"));
  CHECK_THAT(problem_of(two_by_two({}), shapes), Contains("needs a 'loss'"));
  CHECK_THAT(problem_of(two_by_two({output("sise", "mean_squared_error")}), shapes),
             Contains("no layer 'sise'") && Contains("size"));
  CHECK_THAT(problem_of(two_by_two({output("image", "mean_squared_error")}), shapes),
             Contains("'image' is no layer"));
  CHECK_THAT(problem_of(two_by_two({output("size", "mean_squared_error"),
                                    output("size", "mean_absolute_error")}),
                        shapes),
             Contains("'size' is listed twice"));
  CHECK_THAT(problem_of(two_by_two({output("size", "mean_squared_error", 0)}), shapes),
             Contains("must be above 0"));
  CHECK_THAT(problem_of(two_by_two({Value::Map{{"layer", "size"}}}), shapes),
             Contains("an output needs a 'loss'"));
  CHECK_THAT(problem_of(two_by_two({Value::Map{
                            {"layer", "size"}, {"loss", "mean_squared_error"}, {"wieght", 2}}}),
                        shapes),
             Contains("an output has no 'wieght'"));
  Value both = two_by_two();
  both.map()["network"].map()["loss"] = "mean_squared_error";
  CHECK_THAT(problem_of(both, shapes), Contains("'loss' and 'outputs'"));
  Value unused = two_by_two();
  unused.map()["network"].map()["inputs"] = Value::List{"image", "meta", "more"};
  CHECK_THAT(problem_of(unused, {{4}, {5}, {6}}), Contains("input 'more' leads nowhere"));
}

TEST_CASE("What is wrong with a network's list is said") {
  CHECK_THAT(
      problem(network({named(dense(4, "relu"), "a"), named(dense(2, "relu"), "b", "c")}), {4}),
      Contains("no layer 'c'"));
  CHECK_THAT(
      problem(network({named(dense(4, "relu"), "a"), named(dense(2, "relu"), "b", "input")}), {4}),
      Contains("layer 'a' leads nowhere") && Contains("the output, 'b'"));
  CHECK_THAT(problem(network({named(dense(4, "relu"), "a"), named(dense(4, "relu"), "a")}), {4}),
             Contains("two layers are named 'a'"));
  CHECK_THAT(problem(network({named(dense(4, "relu"), "input")}), {4}), Contains("named 'input'"));
  CHECK_THAT(problem(network({named(dense(4, "relu"), "a"), named(dense(3, "relu"), "b"),
                              Value::Map{{"shared", "a"}, {"name", "c"}}}),
                     {5}),
             Contains("layer 'c' shares the weights of 'a', and would need others"));
  CHECK_THAT(problem(network({Value::Map{{"shared", "input"}}}), {4}), Contains("names no layer"));
  Value both = dense(4, "relu");
  both.map()["shared"] = "a";
  CHECK_THAT(problem(network({named(dense(4, "relu"), "a"), both}), {4}),
             Contains("beside 'shared'"));
}
