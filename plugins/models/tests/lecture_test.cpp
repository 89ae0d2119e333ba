#include "models.h"

// The four networks of the course, whose tables give parts, shapes and numbers of parameters.

using namespace models;

namespace {

Value conv(int filters, const char* padding, const char* activation) {
  return layer(
      "conv2d",
      {{"filters", filters}, {"kernel", 3}, {"padding", padding}, {"activation", activation}});
}
Value pool() { return layer("max_pool2d", {{"size", 2}, {"padding", "same"}}); }
Value up() { return layer("up_sampling2d", {{"size", 2}}); }

Value::List conv_encoder() {
  return {conv(16, "same", "relu"), pool(), conv(8, "same", "relu"), pool(),
          conv(8, "same", "relu"),  pool()};
}
Value::List conv_decoder() {
  return {conv(8, "same", "relu"),   up(), conv(8, "same", "relu"),   up(),
          conv(16, "valid", "relu"), up(), conv(1, "same", "sigmoid")};
}

/// Parameters of each part.
std::map<std::string, std::int64_t> parameters(const nn::Graph& graph) {
  std::map<std::string, std::int64_t> found;
  for (nn::NodeId node = 0; node < graph.size(); ++node)
    if (!graph.part(node).empty()) found[graph.part(node)] += graph.parameters(node);
  return found;
}

}  // namespace

TEST_CASE("The denoising auto-encoder has 16,474 parameters") {
  Built built(Value::Map{{"autoencoder",
                          Value::Map{{"encoder", Value::List{layer("dropout", {{"rate", 0.3}}),
                                                             dense(10, "relu")}},
                                     {"decoder", Value::List{dense(784, "sigmoid")}}}}},
              {784});
  CHECK(parameters(built.network.graph) ==
        std::map<std::string, std::int64_t>{{"encoder", 7850}, {"decoder", 8624}});
  CHECK(built.network.graph.parameters() == 16474);
  CHECK(built.network.graph.shape(built.network.code->from) == Shape{10});
}

TEST_CASE("The convolutional auto-encoder has 4,385 parameters and a code of 8×4×4") {
  Built built(Value::Map{{"autoencoder",
                          Value::Map{{"encoder", conv_encoder()}, {"decoder", conv_decoder()}}}},
              {1, 28, 28});
  CHECK(parameters(built.network.graph) ==
        std::map<std::string, std::int64_t>{{"encoder", 1904}, {"decoder", 2481}});
  CHECK(built.network.graph.parameters() == 4385);
  CHECK(built.network.graph.shape(built.network.code->from) == Shape{8, 4, 4});
}

TEST_CASE("The dense variational auto-encoder has 807,700 parameters") {
  Built built(
      Value::Map{
          {"vae", Value::Map{{"latent", 2},
                             {"encoder", Value::List{dense(512, "relu")}},
                             {"decoder", Value::List{dense(512, "relu"), dense(784, "sigmoid")}}}}},
      {784});
  CHECK(built.network.graph.parameters() == 807700);
  CHECK(parameters(built.network.graph).at("decoder") == 403728);
}

TEST_CASE("The convolutional variational auto-encoder has 8,373 parameters") {
  Value::List encoder = conv_encoder(), decoder = conv_decoder();
  encoder.push_back(layer("flatten"));
  decoder.insert(decoder.begin(),
                 {dense(128, "relu"), layer("reshape", {{"shape", Value::List{8, 4, 4}}})});
  Built built(Value::Map{{"vae", Value::Map{{"latent", 10},
                                            {"sigma", 0.01},
                                            {"encoder", encoder},
                                            {"decoder", decoder}}}},
              {1, 28, 28});
  CHECK(parameters(built.network.graph) ==
        std::map<std::string, std::int64_t>{{"encoder", 4484}, {"decoder", 3889}});
  CHECK(built.network.graph.parameters() == 8373);
  std::vector<std::string> paths;
  for (const nn::WeightInfo& info : built.network.graph.weight_infos()) paths.push_back(info.path);
  CHECK(paths ==
        std::vector<std::string>{
            "encoder/conv2d_1/kernel", "encoder/conv2d_1/bias",   "encoder/conv2d_2/kernel",
            "encoder/conv2d_2/bias",   "encoder/conv2d_3/kernel", "encoder/conv2d_3/bias",
            "encoder/dense_1/kernel",  "encoder/dense_1/bias",    "encoder/dense_2/kernel",
            "encoder/dense_2/bias",    "decoder/dense_3/kernel",  "decoder/dense_3/bias",
            "decoder/conv2d_4/kernel", "decoder/conv2d_4/bias",   "decoder/conv2d_5/kernel",
            "decoder/conv2d_5/bias",   "decoder/conv2d_6/kernel", "decoder/conv2d_6/bias",
            "decoder/conv2d_7/kernel", "decoder/conv2d_7/bias"});
  const nn::Network& network = built.network;
  CHECK(network.graph.name(network.code->from) == "dense_1");
  CHECK(network.graph.name(network.code->to) == "lambda_1");
}
