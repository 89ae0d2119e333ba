#include <catch2/catch.hpp>

#include "files.h"

namespace {

std::string repeated(const std::string& text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

std::string last_message(Files& files, const std::vector<std::string>& overrides = {}) {
  const std::string all = files.errors(overrides);
  return all.substr(0, all.find('\n'));
}

constexpr const char* kStages = "stages: {s: {use: x}}\n";

}  // namespace

TEST_CASE("aliases that multiply are stopped") {
  Files files;
  std::string text = "vars:\n  a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string name = "a" + std::to_string(i), one = "*a" + std::to_string(i - 1) + ", ";
    text += "  " + name + ": &" + name + " [" + repeated(one, 9) + "1]\n";
  }
  files.write("p.yaml", text + kStages);
  CHECK_THAT(last_message(files), Catch::Contains("the pipeline grows too large here"));
}

TEST_CASE("vars that multiply are stopped, as lists and as text") {
  for (const bool as_text : {false, true}) {
    Files files;
    std::string text = "vars:\n  a0: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n";
    for (int i = 1; i < 60; ++i) {
      const std::string use = "${a" + std::to_string(i - 1) + "}";
      text += "  a" + std::to_string(i) + ": " +
              (as_text ? "\"" + use + use + "\"" : "[" + use + ", " + use + "]") + "\n";
    }
    files.write("p.yaml", text + kStages);
    CHECK_THAT(last_message(files), Catch::Contains("the pipeline grows too large here"));
  }
}

TEST_CASE("a foreach that multiplies is stopped") {
  Files files;
  const std::string ten = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]";
  files.write("p.yaml", "stages: {s: {use: x, foreach: {a: " + ten + ", b: " + ten + ", c: " + ten +
                            ", d: " + ten + ", e: " + ten + "}}}\n");
  CHECK_THAT(last_message(files), Catch::Contains("foreach makes more than 10000 stages of 's'"));
}

TEST_CASE("values nested deeper than 100 levels are stopped") {
  for (const int depth : {101, 100'000}) {
    Files files;
    files.write("p.yaml", "vars: {a: " + repeated("[", depth) + repeated("]", depth) + "}\n");
    CHECK_THAT(last_message(files), Catch::Contains("deeper than 100 levels"));
    files.write("p.yaml", "vars:\n  a:\n    " + repeated("- ", depth) + "1\n");
    CHECK_THAT(last_message(files), Catch::Contains("deeper than 100 levels"));
    files.write("p.yaml", kStages);
    CHECK_THAT(last_message(files, {"s.a=" + repeated("[", depth)}),
               Catch::Contains("deeper than 100 levels"));
    CHECK_THAT(last_message(files, {"s" + repeated(".a", depth) + "=1"}),
               Catch::Contains("deeper than 100 levels"));
  }
}

TEST_CASE("a long chain of vars, of aliases and of files is stopped") {
  Files files;
  std::string vars = "vars:\n  a0: 1\n", aliases = "vars:\n  a0: &a0 [1]\n";
  for (int i = 1; i < 5000; ++i) {
    const std::string name = "a" + std::to_string(i), before = "a" + std::to_string(i - 1);
    vars += "  " + name + ": [\"${" + before + "}\"]\n";
    aliases += "  " + name + ": &" + name + " [*" + before + "]\n";
  }
  files.write("p.yaml", aliases + kStages);
  CHECK_THAT(last_message(files), Catch::Contains("deeper than 100 levels"));
  files.write("p.yaml", vars + kStages);
  CHECK_THAT(last_message(files),
             Catch::Contains("deeper than") || Catch::Contains("grows too large"));
  for (int i = 0; i < 150; ++i)
    files.write("f" + std::to_string(i) + ".yaml",
                "include: f" + std::to_string(i + 1) + ".yaml\n");
  files.write("p.yaml", "include: f0.yaml\n" + std::string(kStages));
  CHECK_THAT(last_message(files), Catch::Contains("files include each other deeper than 100"));
}

TEST_CASE("a file of one mistake a line is read to its end in time") {
  Files files;
  files.write("p.yaml", "vars:\n" + repeated("  a: 1\n", 100'000) + kStages);
  CHECK_THAT(last_message(files), Catch::Contains("the key 'a' is given twice; first in line 2"));
}

TEST_CASE("files of the largest size are read in time, right or wrong") {
  std::string vars = "vars:\n", wrong = "vars:\n", with = "stages:\n  s:\n    use: x\n    with:\n";
  for (int i = 0; i < 15'000; ++i) {
    const std::string name = "a" + std::to_string(i);
    vars += "  " + name + ": 1\n";
    wrong += "  " + name + ": ${x" + name + "}\n";
    with += "      " + name + ": 1\n";
  }
  Files files;
  files.write("p.yaml", vars + kStages);
  CHECK(files.load().vars.as_map().size() == 15'000);
  files.write("p.yaml", wrong + kStages);
  CHECK_THAT(last_message(files), Catch::Contains("there is no var"));
  files.write("base.yaml", with);
  files.write("p.yaml", "include: base.yaml\n" + with);
  CHECK(files.load().stages[0].with.entries.size() == 15'000);
}

TEST_CASE("a mistake in every stage of a large foreach is found in time") {
  Files files;
  std::string values = "[0";
  for (int i = 1; i < 9'000; ++i) values += ", " + std::to_string(i);
  files.write("p.yaml", "stages:\n  s: {use: x, foreach: {a: " + values +
                            "]}, in: {x: s@a=x.y, y: \"s@a=x${a}\"}}\n");
  CHECK_THAT(last_message(files), Catch::Contains("there is no stage 's@a=x.y'"));
}

TEST_CASE(
    "a large file may hold what it writes out, and a foreach as many stages as it has values") {
  Files files;
  std::string stages = "stages:\n";
  for (int i = 0; i < 20'000; ++i)
    stages += "  s" + std::to_string(i) + ": {use: x, in: {a: y, b: z}, with: {seed: 1}}\n";
  files.write("p.yaml", stages);
  CHECK(files.load().stages.size() == 20'000);

  std::string values = "[0";
  for (int i = 1; i < 20'000; ++i) values += ", " + std::to_string(i);
  files.write("p.yaml",
              "stages: {s: {use: x, foreach: {a: " + values + "]}, with: {n: \"${a}\"}}}");
  CHECK(files.load().stages[19'999].with.entries[0].value.scalar == pipeline::Value(19'999));
  files.write("p.yaml", "stages: {s: {use: x, foreach: {b: [1], a: " + values + "], c: [1]}}}");
  CHECK(files.load().stages.size() == 20'000);
  // In any order, also where the short lists alone are too many.
  const std::string hundred = values.substr(0, values.find(", 100")) + "]";
  const std::string a = "a: " + values + "]", b = "b: [1, 2]", c = "c: " + hundred,
                    d = "d: " + hundred;
  for (const std::string& lists :
       {a + ", " + b, b + ", " + a, c + ", " + b + ", " + d + ", " + a}) {
    files.write("p.yaml", "stages: {s: {use: x, foreach: {" + lists + "}}}");
    CHECK_THAT(last_message(files), Catch::Contains("foreach makes more than 20000 stages of 's'"));
  }
}
