#include "config/numbers.h"

#include <catch2/catch.hpp>

#include "files.h"

using pipeline::Value;
using pipeline::config::Node;

namespace {

/// "[0, 1.5, 2, 3.5, …]", an item a line.
std::string list_of(int count, const std::string& last = "") {
  std::string text = "[";
  for (int i = 0; i < count; ++i)
    text += std::to_string(i) + (i % 2 ? ".5" : "") + (i + 1 < count ? ",\n      " : "");
  return text + (last.empty() ? "]" : ", " + last + "]");
}

const Node& parameter(const pipeline::config::Pipeline& pipeline) {
  return pipeline.stages.at(0).with.at_path({"x"});
}

}  // namespace

TEST_CASE("a long list of numbers is the same list") {
  Files files;
  const int count = GENERATE(1, 63, 64, 65, 1000);
  files.write("p.yaml",
              "vars: {v: " + list_of(count) + "}\nstages:\n  s: {use: x, with: {x: ${v}}}\n");
  const auto pipeline = files.load();
  const Node& x = parameter(pipeline);
  CHECK(bool(x.numbers) == (count >= 64));
  CHECK(x.item_count() == std::size_t(count));
  const Value value = x.value();
  REQUIRE(value.as_list().size() == std::size_t(count));
  for (int i = 0; i < count; ++i) {
    const Value item = i % 2 ? Value(i + 0.5) : Value(i);
    CHECK(value.as_list()[std::size_t(i)] == item);
    const auto at = x.position_at({std::to_string(i)});
    if (i > 0) CHECK(place(at) == "p.yaml:" + std::to_string(i + 1) + ":7");
  }
  CHECK(pipeline.vars.at("v") == value);
}

TEST_CASE("one item that is no number, an index or a foreach make a long list a list of any") {
  Files files;
  files.write("p.yaml", "stages:\n  s: {use: x, with: {x: " + list_of(100, "text") + "}}\n");
  CHECK_FALSE(parameter(files.load()).numbers);
  CHECK(parameter(files.load()).value().as_list().back() == Value("text"));
  files.write("p.yaml", "stages:\n  s: {use: x, with: {x: " + list_of(100) + "}}\n");
  const Value changed = parameter(files.load({"s.x.98=other"})).value();
  CHECK(changed.as_list()[98] == Value("other"));
  CHECK(changed.as_list()[97] == Value(97.5));
  files.write("p.yaml", "stages:\n  s: {use: x, foreach: {a: " + list_of(100) + "}}\n");
  CHECK(files.load().stages.size() == 100);
}

TEST_CASE("a long list of numbers in the place of something else is told as a list") {
  Files files;
  files.write("p.yaml", "include: " + list_of(70) + "\nstages: {}\n");
  CHECK_THAT(files.errors(), Catch::Contains("must be a list of files, got the integer 0"));
  files.write("p.yaml", "stages: " + list_of(70) + "\n");
  CHECK_THAT(
      files.errors(),
      Catch::Contains("'stages' must be a map from names to stages, got a list of 70 items"));
  files.write("p.yaml", "stages:\n  s: " + list_of(70) + "\n  t: {<<: " + list_of(70) + "}\n");
  CHECK_THAT(files.errors(), Catch::Contains("stage 's' must be a map like") &&
                                 Catch::Contains("'<<' takes a map or a list of maps"));
}
