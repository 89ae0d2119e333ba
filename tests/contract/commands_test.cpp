// The commands beside `run`, seen from outside.
#include <catch2/catch.hpp>

#include "contract/project.h"

using namespace pipeline;
using pipeline::testing::Project;

namespace {

const std::string kThree =
    "  n: {use: toy.numbers}\n"
    "  r: {use: toy.round, in: {x: n}}\n"
    "  s: {use: toy.sum, in: {x: r}}\n";

std::map<std::string, std::string> actions(const Project& project,
                                           std::vector<std::string> words = {}) {
  words.insert(words.begin(), {"plan", "p.yaml"});
  words.push_back("--json");
  std::map<std::string, std::string> actions;
  const Value planned = Value::parse_json(project(words).out);
  for (const Value& stage : planned.as_list()) {
    CHECK(stage.at("reasons").is_list());
    actions[stage.at("stage").as_string()] = stage.at("action").as_string();
  }
  return actions;
}

}  // namespace

TEST_CASE("plan tells what would run, and runs nothing") {
  const Project project(kThree);
  using Actions = std::map<std::string, std::string>;
  CHECK(actions(project) == Actions{{"n", "run"}, {"r", "unknown"}, {"s", "unknown"}});
  CHECK(project.executions("numbers") == 0);
  project.run();
  CHECK(actions(project) == Actions{{"n", "cached"}, {"r", "cached"}, {"s", "cached"}});
  CHECK(actions(project, {"r.step=2"}) == Actions{{"n", "cached"}, {"r", "run"}, {"s", "unknown"}});
}

TEST_CASE("why tells what changed, field by field") {
  const Project project(kThree);
  project.run();
  CHECK_THAT(project({"why", "p.yaml", "r"}).out, Catch::StartsWith("'r' is cached"));
  CHECK(project({"why", "p.yaml", "r", "r.step=2"}).out ==
        "'r' will run:\n  with.step: 1.0 -> 2.0\n");
  CHECK(project({"why", "p.yaml", "s", "r.step=2"}).out ==
        "'s' may have to run:\n  depends on what r will give\n");
  CHECK(project({"why", "p.yaml", "q"}).err == "error: there is no stage 'q'; known: n, r, s\n");
}

TEST_CASE("graph draws the stages once each, in four forms") {
  const Project project(kThree + "  t: {use: toy.sum, in: {x: r, more: n}}\n");
  CHECK(project({"graph", "p.yaml"}).out ==
        "n (toy.numbers)\n"
        "└─ r (toy.round)\n"
        "   ├─ s (toy.sum)\n"
        "   └─ t (toy.sum)  + n\n");
  CHECK_THAT(project({"graph", "p.yaml", "--format", "dot"}).out,
             Catch::Contains("\"n\" -> \"r\" [label=\"x\"];"));
  CHECK_THAT(project({"graph", "p.yaml", "--format", "mermaid"}).out,
             Catch::StartsWith("flowchart TD\n"));
  CHECK(
      Value::parse_json(project({"graph", "p.yaml", "--json"}).out).at("edges").as_list().size() ==
      4);
  CHECK(project({"graph", "p.yaml", "--format", "svg"}).status == 2);
}

TEST_CASE("describe and schema tell what was declared") {
  const Project project(kThree);
  const auto text = project({"describe", "toy.numbers"}).out;
  CHECK_THAT(text, Catch::Contains("stage 'toy.numbers' of plugin 'toys'"));
  CHECK_THAT(text,
             Catch::Contains("count            how many (integer, >= 1, <= 1000000, default 4)"));
  CHECK_THAT(text, Catch::Contains("x                f32 array: the numbers"));
  CHECK_THAT(project({"describe", "toy.says"}).out,
             Catch::Contains("word             which (word, required)"));
  CHECK(project({"describe", "toy.number"}).err ==
        "error: there is no component 'toy.number'; did you mean 'toy.numbers'?\n");
  const Value schema = Value::parse_json(project({"schema"}).out);
  const Value& step = schema.at("$defs")
                          .at("stage:toy.round")
                          .at("properties")
                          .at("with")
                          .at("properties")
                          .at("step");
  CHECK(step.at("anyOf").as_list()[0].at("exclusiveMinimum") == Value(0.0));
}

TEST_CASE("plugins lists what was found and what is broken") {
  const Project project(kThree);
  CHECK_THAT(project({"plugins"}).out, Catch::Contains("toys 1.0"));
  project.write("broken/bad.so", "no library");
  auto environment = project.environment();
  environment["PIPELINE_PLUGIN_PATH"].append(":").append(project / "broken");
  const auto ran = pipeline::testing::run_program({pipeline::testing::pipeline_binary(), "plugins"},
                                                  project / "", environment);
  CHECK(ran.status == 0);
  CHECK_THAT(ran.out, Catch::Contains("bad NOT LOADED"));
  CHECK_THAT(ran.out, Catch::Contains("toys 1.0"));
}

TEST_CASE("cache lists, verifies and clears what no run reaches") {
  const Project project(kThree);
  CHECK(project({"cache", "ls"}).err ==
        "error: there is no cache at '.pipeline'; name its folder with --cache\n");
  project.run();
  CHECK(Value::parse_json(project({"cache", "ls", "--json"}).out).as_list().size() == 3);
  CHECK(project({"cache", "verify"}).out == "3 results, all as they were written\n");
  CHECK_THAT(project({"cache", "gc"}).out, Catch::StartsWith("the files of 0 results"));
  const auto planned = Value::parse_json(project({"cache", "gc", "--keep-runs=0", "--json"}).out);
  CHECK(planned.at("removed") == Value(false));
  CHECK(planned.at("items").as_list().size() == 3);
  CHECK(planned.at("failed") == Value(0));
  CHECK_THAT(project({"cache", "gc", "--keep-runs", "0", "--yes"}).out,
             Catch::Contains("the files of 3 results (their records stay)"));
  CHECK_THAT(project({"cache", "ls"}).out,
             Catch::Contains("0 results, 0 B; of 3 more the record alone"));
  CHECK(project({"cache", "verify"}).out == "0 results, all as they were written\n");
  CHECK(project.run().count("ran") == 3);
  CHECK(project({"cache", "gc", "--max-size", "much"}).err ==
        "error: --max-size must be a size such as '500 MB', got 'much'\n");
}

TEST_CASE("a result stays cached where gc took the files of what it was made of") {
  const Project project(kThree);
  project.run();
  std::string last;
  const Value listed = Value::parse_json(project({"cache", "ls", "--json"}).out);
  for (const Value& entry : listed.as_list())
    if (entry.at("stage").as_string() == "s") last = entry.at("key").as_string();
  REQUIRE(project({"cache", "pin", last}).status == 0);
  CHECK_THAT(project({"cache", "gc", "--keep-runs", "0", "--yes"}).out,
             Catch::Contains("the files of 2 results"));
  CHECK_THAT(project({"cache", "ls"}).out, Catch::Contains("of 2 more the record alone"));
  CHECK(project.run().count("cached") == 3);
  CHECK(project.executions("numbers") == 1);
}

TEST_CASE("Arguments that a command has no use for are refused") {
  const Project project(kThree);
  CHECK(project({"schema", "x"}).err ==
        "error: pipeline schema takes no further arguments, got 'x'\n");
  CHECK(project({"plugins", "x"}).status == 2);
  CHECK(project({"cache", "gc", "x"}).err ==
        "error: pipeline cache gc takes no further arguments, got 'x'\n");
  CHECK(project({"cache", "pin", "0123", "x"}).err ==
        "error: pipeline cache pin 0123 takes no further arguments, got 'x'\n");
  CHECK(project({"graph", "p.yaml", "--format", ""}).err ==
        "error: --format must be one of ascii, dot, mermaid, json, got ''\n");
  CHECK(project({"run", "p.yaml", "--jobs", "1025"}).err ==
        "error: --jobs must be an integer of at most 1024, got '1025'\n");
  CHECK(project({"run", "p.yaml", "--jobs", "99999999999"}).err ==
        "error: --jobs must be an integer of at most 1024, got '99999999999'\n");
}

TEST_CASE("A run goes on without a reader, and says so") {
  const Project project(kThree);
  const std::string how = GENERATE(">/dev/full", "--json >/dev/full", ">&-", "--json | true");
  const auto ran =
      pipeline::testing::run_program({"bash", "-o", "pipefail", "-c", "\"$0\" run p.yaml " + how,
                                      pipeline::testing::pipeline_binary()},
                                     project / "", project.environment());
  INFO(how);
  // Whether `true` ends before the run prints is up to the system.
  if (how != "--json | true" || ran.status != 0) {
    CHECK(ran.status == 1);
    CHECK(ran.err == "error: cannot write to standard output; the run went on without it\n");
  }
  CHECK(project.run().count("cached") == 3);
  CHECK(project({"cache", "verify"}).out == "3 results, all as they were written\n");
}

TEST_CASE("What cannot be told is a failure, not a wrong input") {
  const Project project(kThree);
  project.run();
  for (const char* command : {"plan p.yaml", "cache ls --json", "schema", "--help"}) {
    INFO(command);
    const auto ran = pipeline::testing::run_program(
        {"bash", "-c", std::string("\"$0\" ") + command + " >/dev/full",
         pipeline::testing::pipeline_binary()},
        project / "", project.environment());
    CHECK(ran.status == 1);
    CHECK(ran.err ==
          "error: cannot write to standard output; is the disk full, or its reader gone?\n");
  }
}

TEST_CASE("A cache that cannot be looked at is told with the reason and what to do") {
  const Project project(kThree);
  std::filesystem::create_symlink("circle", project / "circle");
  const auto ran = project({"cache", "ls", "--cache", "circle/cache"});
  CHECK(ran.status == 2);
  CHECK(ran.err ==
        "error: cannot look at 'circle/cache': Too many levels of symbolic links; name another "
        "folder with --cache\n");
}

TEST_CASE("dot's names are quoted, whatever is in them") {
  const Project project(kThree);
  project.write("a \"b\\.yaml", "stages:\n" + kThree);
  CHECK_THAT(project({"graph", "a \"b\\.yaml", "--format", "dot"}).out,
             Catch::StartsWith("digraph \"a \\\"b\\\\\" {"));
}

TEST_CASE("Help and version need no plugin") {
  const Project project("");
  CHECK(project({"--version"}).out == "pipeline 0.1.0\n");
  CHECK_THAT(project({"--help"}).out, Catch::StartsWith("usage: pipeline COMMAND"));
  CHECK_THAT(project({"run", "--help"}).out, Catch::Contains("--keep-going"));
  CHECK(project({}).status == 2);
}
