#include <catch2/catch.hpp>

#include "training.h"

using namespace training;

TEST_CASE("A summary shows the parts, then the whole, as Keras prints them") {
  testing::StageRun run(components(), "train.fit",
                        {{"model", denoising_autoencoder()}, {"optimizer", "sgd"}});
  run.input("train", samples(20, {12}));
  const Value info = run.preflight().at("model").info;
  testing::StageRun summary(components(), "model.summary");
  summary.input("model", run.run().at("model"), info);
  const Text text = ArtifactCodec<Text>::decode(summary.run().at("summary"));
  CHECK("\n" + text.text == R"(
encoder
_________________________________________________________________
Layer (type)                 Output Shape              Param #
=================================================================
input_1 (InputLayer)         (None, 12)                0
_________________________________________________________________
dropout_1 (Dropout)          (None, 12)                0
_________________________________________________________________
dense_1 (Dense)              (None, 5)                 65
=================================================================
Total params: 65
Trainable params: 65
Non-trainable params: 0
_________________________________________________________________

decoder
_________________________________________________________________
Layer (type)                 Output Shape              Param #
=================================================================
input_2 (InputLayer)         (None, 5)                 0
_________________________________________________________________
dense_2 (Dense)              (None, 12)                72
=================================================================
Total params: 72
Trainable params: 72
Non-trainable params: 0
_________________________________________________________________

autoencoder
_________________________________________________________________
Layer (type)                 Output Shape              Param #
=================================================================
input_1 (InputLayer)         (None, 12)                0
_________________________________________________________________
encoder (Model)              (None, 5)                 65
_________________________________________________________________
decoder (Model)              (None, 12)                72
=================================================================
Total params: 137
Trainable params: 137
Non-trainable params: 0
_________________________________________________________________
)");
}

TEST_CASE("The encoder of a variational auto-encoder shows mean, width and draw") {
  testing::StageRun run(components(), "train.fit",
                        {{"model", small_vae(0.1)}, {"optimizer", "sgd"}});
  run.input("train", samples(20, {12}));
  const Value info = run.preflight().at("model").info;
  testing::StageRun summary(components(), "model.summary");
  summary.input("model", run.run().at("model"), info);
  const Text text = ArtifactCodec<Text>::decode(summary.run().at("summary"));
  using Catch::Matchers::Contains;
  CHECK_THAT(text.text, Contains("dense_2 (Dense)") && Contains("lambda_1 (Lambda)"));
  CHECK_THAT(text.text, Contains("encoder (Model)              [(None, 3), (None, 3), (None, 3)]"));
  CHECK_THAT(text.text, Contains("Connected to"));
}
