#include <algorithm>
#include <catch2/catch.hpp>

#include "pipelines/shipped.h"

namespace fs = std::filesystem;
using namespace pipeline;
using namespace pipeline::testing;

namespace {

// What the lecture does with codes: describes the data, looks for the images nearest to some, and
// asks how well the codes tell the classes apart. Principal components stand for a network's codes.
const char* const kPipeline = R"(
groups: {data: digits}
vars: {train_count: 400, test_count: 100}
stages:
  described: {use: data.describe, in: {x: data.train_images, labels: data.train_labels}}
  code:
    use: decomposition.pca
    in: {fit: data.train_images, x: data.test_images}
    with: {n_components: 8}
  nearest:
    use: neighbors.kneighbors
    in: {fit: code.fit}
    with: {rows: [210, 4, 101, 9, 294], n_neighbors: 10}
  near_images:
    use: data.select
    in: {x: data.train_images, y: data.train_labels, indices: nearest.indices}
  near: {use: plot.image_grid, in: {images: near_images.x}, with: {columns: 10}}
  probe:
    use: neighbors.kneighbors_classifier
    in: {fit: code.fit, labels: data.train_labels, x: code.x, x_labels: data.test_labels}
  report:
    use: metrics.classification_report
    in: {y_true: data.test_labels, y_pred: probe.predicted}
)";

}  // namespace

TEST_CASE("Data is described, and codes are looked into, by the program") {
  const TempFolder folder;
  fs::create_directory(folder / "groups");
  fs::copy(source_folder() / "pipelines/groups/data", folder / "groups/data");
  write_file(folder / "p.yaml", kPipeline);
  const RunEvents run = run_with_events({"p.yaml"}, folder.path());
  REQUIRE(run.status == 0);

  const auto exports = exports_in(folder / "runs/p/latest");
  CHECK(exports.count("near.png") == 1);
  const std::string& text = exports.at("described.txt");
  CHECK_THAT(text, Catch::StartsWith("x: 400×1×28×28 of f32, 313600 values\n  min 0, max 1, "));
  CHECK_THAT(text, Catch::Contains("labels: 400 of u8, 10 classes, 0 missing\n"));
  std::vector<std::string> lines;
  for (const Value& event : run.events)
    if (event.at("event") == Value("stage_log") && event.at("stage") == Value("described"))
      lines.push_back(event.at("line").as_string() + "\n");
  std::string logged;
  for (const std::string& line : lines) logged += line;
  CHECK(logged == text);

  // Scores are metrics like any scalar; accuracy is told by two stages that agree. Drawn digits are
  // easy.
  const Value metrics = Value::parse_json(exports.at("metrics.json"));
  CHECK(metrics.at("probe.score") == metrics.at("report.accuracy"));
  CHECK(metrics.at("probe.score").as_real() > 0.8);
}

TEST_CASE("Too many neighbours are told before anything runs, with the place") {
  const TempFolder folder;
  fs::create_directory(folder / "groups");
  fs::copy(source_folder() / "pipelines/groups/data", folder / "groups/data");
  write_file(folder / "p.yaml", kPipeline);
  const RunEvents run = run_with_events({"p.yaml", "nearest.n_neighbors=401"}, folder.path());
  CHECK(run.status == 2);
  CHECK_THAT(run.err, Catch::Contains("stage 'nearest': neighbors.kneighbors: parameter "
                                      "'n_neighbors' is 401, and input 'fit' has 400 samples"));
  CHECK(run.events.empty());
}
