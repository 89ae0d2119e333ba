// Names of exported files.
#include <catch2/catch.hpp>

#include "pipelines/shipped.h"

using namespace pipeline;
using namespace pipeline::testing;

TEST_CASE("A stage that is called metrics leaves the scalars' file its name") {
  const TempFolder folder;
  write_file(folder / "p.yaml", R"(stages:
  data: {use: data.digits, with: {train: 20, test: 10}}
  fit:
    use: train.fit
    in: {train: data.train_images}
    with:
      optimizer: adam
      model:
        autoencoder:
          encoder: [flatten, {dense: {units: 3}}]
          decoder: [{dense: {units: 784, activation: sigmoid}}, {reshape: {shape: [1, 28, 28]}}]
  metrics: {use: model.summary, in: {model: fit.model}}
  test: {use: train.evaluate, in: {model: fit.model, x: data.test_images}}
)");
  const RunEvents run = run_with_events({"p.yaml"}, folder.path());
  INFO(run.err);
  REQUIRE(run.status == 0);
  const auto exports = exports_in(folder.path() / "runs/p/latest");
  CHECK(Value::parse_json(exports.at("metrics.json")).has("test.loss"));
  CHECK(Value::parse_json(exports.at("metrics.json.json")).is_list());
  CHECK(exports.count("metrics.txt") == 1);
}
