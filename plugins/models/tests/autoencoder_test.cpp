#include "models.h"

using namespace models;
using Catch::Matchers::Contains;

namespace {

Value autoencoder(Value::List encoder, Value::List decoder, Value::Map more = {}) {
  Value::Map params = {{"encoder", encoder}, {"decoder", decoder}};
  params.merge(more);
  return Value::Map{{"autoencoder", params}};
}

}  // namespace

TEST_CASE("Numeric gradients of a whole auto-encoder agree") {
  const char* loss = GENERATE("binary_crossentropy", "mean_squared_error");
  const std::size_t count = GENERATE(3u, 18u);
  Built built(autoencoder({dense(3, "tanh")}, {dense(4, "sigmoid")}, {{"loss", loss}}), {4});
  check_gradients(built, samples(4 * count));
}

TEST_CASE("Numeric gradients of a convolutional auto-encoder agree") {
  const auto conv = [](int filters, const char* activation) {
    return layer(
        "conv2d",
        {{"filters", filters}, {"kernel", 3}, {"padding", "same"}, {"activation", activation}});
  };
  Built built(
      autoencoder({conv(2, "tanh"), layer("max_pool2d", {{"size", 2}, {"padding", "same"}})},
                  {layer("up_sampling2d", {{"size", 2}}), conv(1, "sigmoid")}),
      {1, 4, 4});
  check_gradients(built, samples(16 * 5));
}

TEST_CASE("A model is built again from its description, apart from the first") {
  const Value description = autoencoder({dense(3, "relu")}, {dense(4, "sigmoid")});
  Built built(description, {4});
  const Value written = description_of(*built.model);
  Built again(written, {4});
  CHECK(description_of(*again.model) == written);
  CHECK(again.losses(samples(8), false) == built.losses(samples(8), false));
  nn::Network second = built.model->build({{4}}, components());
  CHECK(second.graph.parameters() == built.network.graph.parameters());
  CHECK(&second.graph.layer(1) != &built.network.graph.layer(1));
}

TEST_CASE("Without a loss named, it is binary cross-entropy") {
  const Value::List encoder{dense(3, "relu")}, decoder{dense(4, "sigmoid")};
  Built unnamed(autoencoder(encoder, decoder), {4});
  Built named(autoencoder(encoder, decoder, {{"loss", "binary_crossentropy"}}), {4});
  Built other(autoencoder(encoder, decoder, {{"loss", "mean_squared_error"}}), {4});
  CHECK(unnamed.losses(samples(8), false) == named.losses(samples(8), false));
  CHECK(unnamed.losses(samples(8), false) != other.losses(samples(8), false));
}

TEST_CASE("An auto-encoder that does not fit is refused with the reason") {
  CHECK_THAT(problem(autoencoder({dense(3, "relu")}, {dense(5, "sigmoid")}), {4}),
             Contains("decoder ends in shape 5") && Contains("layer 'dense_2'"));
  CHECK_THAT(problem(autoencoder({layer("flatten"), layer("max_pool2d", {{"size", 2}})},
                                 {dense(5, "sigmoid")}),
                     {1, 2, 2}),
             Contains("encoder: layer 'max_pooling2d_1'"));
  CHECK_THAT(problem(autoencoder({}, {dense(4, "sigmoid")}), {4}), Contains("'encoder'"));
  CHECK_THAT(
      problem(Value::Map{{"autoencoder", Value::Map{{"encoder", Value::List{"dens"}}}}}, {4}),
      Contains("there is no layer 'dens'; did you mean 'dense'?") &&
          Contains("needs the parameter 'decoder'"));
}
