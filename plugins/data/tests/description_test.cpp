#include <cmath>

#include "files.h"

using namespace pipeline;
using namespace pipeline::data;
using testing::StageRun;

namespace {

testing::Components components;

Value numbers(std::initializer_list<double> values) {
  return Value::List(values.begin(), values.end());
}

}  // namespace

TEST_CASE("The greatest value's place is its label, the first of equals") {
  StageRun run(components, "data.argmax", {});
  run.input("x", Array::of<float>({0, 1, 0, 3, 2, 3}, {2, 3}));
  CHECK(values<std::int64_t>(output(run, "labels")) == std::vector<std::int64_t>{1, 0});
  StageRun missing(components, "data.argmax", {});
  missing.input("x", Array::of<float>({0, 1, 0, NAN}, {2, 2}));
  CHECK(message_of([&] { missing.run(); }) ==
        "input 'x' is not a number (NaN) at place 1 of vector 1");
  StageRun none(components, "data.argmax", {});
  none.input("x", Array::zeros<float>({2, 0}));
  CHECK(message_of([&] { none.preflight(); }) ==
        "input 'x' is 2×0: vectors of no values have no greatest");
}

TEST_CASE("A histogram counts finite numbers alone") {
  StageRun run(components, "data.histogram", {{"range", numbers({0, 2})}, {"bins", 2}});
  run.input("x", Array::of<float>({-1, 0, 1, 2, 2.5f}));
  CHECK(values<std::int64_t>(output(run, "counts")) == std::vector<std::int64_t>{1, 2});
  StageRun infinite(components, "data.histogram", {});
  infinite.input("x", Array::of<float>({0, INFINITY}));
  CHECK(message_of([&] { infinite.run(); }) == "input 'x' must be finite, got inf at place 1");
}

TEST_CASE("A description tells what an array is like") {
  StageRun run(components, "data.describe", {});
  run.input("x", Array::of<float>({0, 1, NAN, 3}, {2, 2}));
  run.input("labels", Array::of<std::uint8_t>({7, 3, 7}));
  const auto outputs = run.run();
  const std::string text =
      "x: 2×2 of f32, 4 values\n"
      "  min 0, max 3, mean 1.33333, std 1.24722\n"
      "  missing: 1\n"
      "labels: 3 of u8, 2 classes, 0 missing\n"
      "  3: 1\n"
      "  7: 2\n";
  CHECK(ArtifactCodec<Text>::decode(outputs.at("text")).text == text);
  CHECK(run.log().size() == 6);
  CHECK(run.log().at(3) == "labels: 3 of u8, 2 classes, 0 missing");
  const Table features = ArtifactCodec<Table>::decode(outputs.at("features"));
  CHECK(values<std::int64_t>(features.column("count")) == std::vector<std::int64_t>{1, 2});
  CHECK(values<double>(features.column("mean")) == std::vector<double>{0, 2});
  StageRun nothing(components, "data.describe", {});
  CHECK(message_of([&] { nothing.preflight(); }) ==
        "there is nothing to describe: wire input 'x', 'labels' or both");
}
