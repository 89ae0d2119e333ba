// Programs that stages start: asked for where something is to be computed, and before anything is.
#include <catch2/catch.hpp>
#include <filesystem>

#include "contract/project.h"

using namespace pipeline;
using pipeline::testing::Project;

namespace {

const std::string kFigure =
    "  n: {use: toy.numbers}\n"
    "  r: {use: toy.round, in: {x: n}}\n"
    "  s: {use: toy.sum, in: {x: r}}\n"
    "  f: {use: plot.histogram, in: {values: r}}\n";

const std::string kMissing =
    "gnuplot, which draws the figures, was not found in PATH (/nowhere); "
    "install it: apt-get install gnuplot-nox";

testing::Ran without_gnuplot(const Project& project, std::vector<std::string> words) {
  words.insert(words.begin(), testing::pipeline_binary());
  auto environment = project.environment();
  environment["PATH"] = "/nowhere";
  return testing::run_program(words, project / "", environment);
}

}  // namespace

TEST_CASE("Figures from the cache take no gnuplot") {
  const Project project(kFigure);
  REQUIRE(project.run().count("ran") == 4);
  const auto ran = without_gnuplot(project, {"run", "p.yaml", "--json"});
  CHECK(ran.err == "");
  CHECK(testing::parse_events(ran.status, ran.out, ran.err).count("cached") == 4);
  CHECK(std::filesystem::exists(project / "runs/p/latest/f.png"));
  for (const char* command : {"plan", "status", "graph"}) {
    const auto shown = without_gnuplot(project, {command, "p.yaml"});
    CHECK(shown.status == 0);
    CHECK_THAT(shown.out, !Catch::Contains("gnuplot"));
  }
}

TEST_CASE("Where a figure may have to be drawn, its program is asked for before anything runs") {
  const Project project(kFigure);
  std::vector<std::string> change;
  SECTION("nothing is cached, and the figure's key not known") {}
  SECTION("its key is known, and has no result") {
    project.run();
    change = {"f.bins=3"};
  }
  SECTION("what it is made of runs again") {
    project.run();
    change = {"n.count=7"};
  }
  const int before = project.executions("numbers");
  std::vector<std::string> words = {"run", "p.yaml"};
  words.insert(words.end(), change.begin(), change.end());
  const auto ran = without_gnuplot(project, words);
  CHECK(ran.status == 2);
  CHECK_THAT(ran.err, Catch::StartsWith(
                          "p.yaml:5:12: error: stage 'f': plot.histogram: " + kMissing + "\n"));
  CHECK(project.executions("numbers") == before);

  words[0] = "plan";
  const auto planned = without_gnuplot(project, words);
  CHECK(planned.status == 0);
  CHECK_THAT(planned.out, Catch::Contains("  missing: " + kMissing + "\n"));
  words.push_back("--json");
  const auto json = without_gnuplot(project, words);
  const Value stages = Value::parse_json(json.out);
  for (const Value& stage : stages.as_list())
    CHECK(stage.has("missing") == (stage.at("stage") == Value("f")));
}

TEST_CASE("What takes no program runs without it") {
  const Project project(kFigure);
  project.run();
  project.write("p.yaml", project.read("p.yaml") + "  t: {use: toy.sum, in: {x: n, more: n}}\n");
  const auto ran = without_gnuplot(project, {"run", "p.yaml", "--json"});
  CHECK(testing::parse_events(ran.status, ran.out, ran.err).count("ran") == 1);
}

TEST_CASE("describe tells which programs a component starts") {
  const Project project(kFigure);
  CHECK_THAT(project({"describe", "plot.histogram"}).out,
             Catch::Contains("programs\n  gnuplot          draws the figures\n"));
}
