#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "pipelines/shipped.h"

namespace fs = std::filesystem;
using namespace pipeline;
using namespace pipeline::testing;

namespace {

std::string pipeline_over(const std::string& latents) {
  return R"(
groups: {data: digits}
vars: {train_count: 200, test_count: 50, latents: )" +
         latents + R"(, seeds: [1, 2, 3]}
stages:
  flat: {use: data.reshape, in: {x: data.train_images}, with: {shape: [-1]}}
  fit:
    use: train.fit
    foreach: {latent: ${latents}, seed: ${seeds}}
    in: {train: flat}
    with:
      epochs: 2
      seed: ${seed}
      optimizer: adam
      model:
        autoencoder:
          encoder: [{dense: {units: ${latent}}}]
          decoder: [{dense: {units: 784, activation: sigmoid}}]
  evaluate:
    use: train.evaluate
    foreach: {latent: ${latents}, seed: ${seeds}}
    in: {model: fit.model, x: flat}
  losses: {use: data.gather, in: {loss: evaluate@*.loss}, with: {columns: [loss]}}
  loss: {use: plot.line, in: {table: losses}, with: {x: latent, y: [loss], over: seed}}
  histories: {use: data.gather_tables, in: {tables: fit@*.history}}
  courses: {use: plot.line, in: {table: histories}, with: {x: epoch, y: [loss], by: latent, over: seed}}
)";
}

}  // namespace

TEST_CASE("A foreach's losses become one table and one figure, and one more value runs alone") {
  const TempFolder folder;
  fs::create_directory(folder / "groups");
  fs::copy(source_folder() / "pipelines/groups/data", folder / "groups/data");
  write_file(folder / "p.yaml", pipeline_over("[10, 2]"));
  const RunEvents first = run_with_events({"p.yaml"}, folder.path());
  INFO(first.err);
  REQUIRE(first.status == 0);
  const auto exports = exports_in(folder / "runs/p/latest");
  CHECK(exports.count("loss.png") == 1);
  CHECK(exports.count("courses.png") == 1);

  // The table's rows are the stages' own metrics, in the foreach's order.
  const Value& metrics = first.events.back().at("metrics");
  std::string expected = "latent,seed,loss\n";
  for (const char* latent : {"10", "2"})
    for (const char* seed : {"1", "2", "3"})
      expected += fmt::format(
          "{0},{1},{2}\n", latent, seed,
          metrics.at(fmt::format("evaluate@latent={}@seed={}.loss", latent, seed)).as_real());
  CHECK(exports.at("losses.csv") == expected);
  CHECK_THAT(exports.at("histories.csv"),
             Catch::StartsWith("latent,seed,epoch,loss\n10,1,1,") && Catch::Contains("\n2,3,2,"));

  write_file(folder / "p.yaml", pipeline_over("[10, 5, 2]"));
  const RunEvents more = run_with_events({"p.yaml"}, folder.path());
  REQUIRE(more.status == 0);
  for (const char* seed : {"1", "2", "3"}) {
    CHECK(more.state(std::string("fit@latent=5@seed=") + seed) == "ran");
    CHECK(more.state(std::string("fit@latent=2@seed=") + seed) == "cached");
    CHECK(more.state(std::string("evaluate@latent=10@seed=") + seed) == "cached");
  }
  CHECK(more.state("losses") == "ran");
}

TEST_CASE("An array where a row of a table is to be one number is told with its stage") {
  const TempFolder folder;
  fs::create_directory(folder / "groups");
  fs::copy(source_folder() / "pipelines/groups/data", folder / "groups/data");
  std::string text = pipeline_over("[2]");
  text.replace(text.find("evaluate@*.loss"), 15, "fit@*.history");
  write_file(folder / "p.yaml", text);
  const RunEvents run = run_with_events({"p.yaml"}, folder.path());
  CHECK(run.status == 2);
  CHECK_THAT(run.err,
             Catch::Contains("p.yaml:22:41: error: stage 'losses': input 'loss.0' takes "
                             "array of a scalar, got table (fit@latent=2@seed=1.history)"));
}
