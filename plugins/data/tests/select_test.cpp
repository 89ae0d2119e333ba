#include "files.h"

using namespace pipeline;
using namespace pipeline::data;
using testing::StageRun;

namespace {

testing::Components components;

using Rows = std::vector<std::int64_t>;

/// Of six rows of two values with the labels 5, 7, 7, 9, 7, 5.
StageRun select(const Value::Map& params, bool labels = true) {
  StageRun run(components, "data.select", params);
  run.input("x", Array::of<float>({0, 1, 10, 11, 20, 21, 30, 31, 40, 41, 50, 51}, {6, 2}));
  if (labels) run.input("labels", Array::of<std::uint8_t>({5, 7, 7, 9, 7, 5}));
  return run;
}

Rows rows(StageRun run) { return values<std::int64_t>(output(run, "indices")); }

std::string message(StageRun run) {
  return message_of([&] { run.run(); });
}

}  // namespace

TEST_CASE("Rows are taken by number, range, label, and in step") {
  StageRun run = select({{"rows", Value::List{4, 0, 4}}});
  run.input("y", Array::of<std::uint8_t>({0, 1, 2, 3, 4, 5}));
  CHECK(run.preflight().at("x").shape == Shape{3, 2});
  CHECK(run.preflight().count("z") == 0);
  const auto outputs = run.run();
  const auto array = [&](const char* port) { return outputs.at(port).arrays.at(""); };
  CHECK(values<float>(array("x")) == std::vector<float>{40, 41, 0, 1, 40, 41});
  CHECK(values<std::uint8_t>(array("y")) == std::vector<std::uint8_t>{4, 0, 4});
  CHECK(values<std::uint8_t>(array("labels")) == std::vector<std::uint8_t>{7, 5, 7});
  CHECK(values<std::int64_t>(array("indices")) == Rows{4, 0, 4});

  CHECK(rows(select({{"rows", Value::Map{{"start", 1}, {"stop", 6}, {"step", 2}}}})) ==
        Rows{1, 3, 5});
  CHECK(rows(select({{"classes", Value::List{7, 9}}})) == Rows{1, 2, 3, 4});
  CHECK(rows(select({{"classes", Value::List{7}}, {"rows", Value::List{2, 0}}})) == Rows{4, 1});
}

TEST_CASE("Rows are taken by a mask and by indices of any shape") {
  StageRun masked = select({});
  masked.input("mask", Array::of<std::int32_t>({0, 1, 0, -2, 0, 0}));
  CHECK(rows(std::move(masked)) == Rows{1, 3});
  StageRun listed = select({{"classes", Value::List{5, 7}}});
  listed.input("indices", Array::of<std::int64_t>({5, 3, 3, 0}, {2, 2}));
  CHECK(rows(std::move(listed)) == Rows{5, 0});
}

TEST_CASE("Rows that cannot be are refused, before the run where that can be known") {
  const auto early = [](StageRun run) { return message_of([&] { run.preflight(); }); };
  CHECK(early(select({{"rows", Value::List{6}}})) ==
        "rows: there is no row 6; there are 6 rows, counted from 0");
  CHECK(early(select({{"rows", Value::Map{{"stop", 7}}}})) ==
        "rows: stop is 7, but there are only 6 rows");
  CHECK(early(select({{"rows", Value::Map{{"start", 6}}}})) ==
        "rows: no row from start 6 to before stop 6; there are 6 rows");
  CHECK(early(select({{"count", 7}})) == "parameter 'count' is 7; there are 6 rows to draw from");
  CHECK(early(select({{"classes", Value::List{1}}}, false)) ==
        "parameter 'classes' needs the input 'labels', which is not wired");
  StageRun fewer = select({});
  fewer.input("y", Array::zeros<float>({5}));
  CHECK(early(std::move(fewer)) == "input 'y' has 5 rows, and x has 6: they must be as many");

  CHECK(message(select({{"classes", Value::List{1}}})) ==
        "none of the 6 rows of input 'x' is left by classes");
  CHECK(message(select({{"classes", Value::List{9}}, {"rows", Value::List{1}}})) ==
        "rows: there is no row 1; there are 1 rows, counted from 0, which classes left");
  StageRun masked = select({});
  masked.input("mask", Array::of<float>({0, 1, NAN, 0, 0, 0}));
  CHECK(message(std::move(masked)) == "input 'mask' is missing (NaN) in row 2");
  for (const double bad : {6.0, -1.0, 0.5, double(NAN)}) {
    StageRun listed = select({});
    listed.input("indices", Array::of<double>({0, bad}));
    CHECK(message(std::move(listed)) ==
          fmt::format("input 'indices' names row {} at place 1; x has the rows "
                      "0 to 5",
                      bad));
  }
}

TEST_CASE("Arrays that do not fit are not joined") {
  const auto complaint = [](const char* id, Array one, Array other, int axis) {
    StageRun run(components, id, {{"axis", axis}});
    run.item("parts", one).item("parts", other);
    return message_of([&] { run.preflight(); });
  };
  const Array x = Array::zeros<float>({2, 3});
  CHECK(complaint("data.concatenate", x, Array::zeros<float>({2, 4}), 0) ==
        "input 'parts.1' is 2×4, and parts.0 is 2×3: they do not fit along axis 0");
  CHECK(complaint("data.stack", x, Array::zeros<float>({2, 4}), 2) ==
        "input 'parts.1' is 2×4, and parts.0 is 2×3: they do not fit along axis 2");
  CHECK(complaint("data.concatenate", x, Array::zeros<double>({2, 3}), 0) ==
        "input 'parts.1' is f64, and parts.0 is f32: they must be of one type");
  CHECK(complaint("data.concatenate", x, x, 2) ==
        "parameter 'axis' is 2, and the result has 2 axes: it can be -2 to 1");
  CHECK(complaint("data.stack", x, x, -4) ==
        "parameter 'axis' is -4, and the result has 3 axes: it can be -3 to 2");
}
