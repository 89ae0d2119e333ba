// What a run exports beside figures and texts.
#include <catch2/catch.hpp>

#include "contract/project.h"

namespace fs = std::filesystem;
using namespace pipeline;
using namespace pipeline::testing;

TEST_CASE("Metrics stand in the pipeline's order, whole numbers whole") {
  const Project project(
      "  n: {use: toy.numbers, foreach: {first: [16, 1, 2]}, with: {first: \"${first}\"}}\n"
      "  z: {use: toy.tally, foreach: {first: [16, 1, 2]}, in: {x: n}}\n"
      "  a: {use: toy.sum, in: {x: n@first=1}}\n");
  REQUIRE(project.run().status == 0);
  CHECK(project.read("runs/p/latest/metrics.json") ==
        "{\n"
        "  \"z@first=16.count\": 4,\n  \"z@first=16.total\": 70.0,\n"
        "  \"z@first=1.count\": 4,\n  \"z@first=1.total\": 10.0,\n"
        "  \"z@first=2.count\": 4,\n  \"z@first=2.total\": 14.0,\n"
        "  \"a.total\": 10.0\n}\n");
  const Ran ran = project({"run", "p.yaml"});
  CHECK_THAT(ran.out + ran.err, Catch::Contains("z@first=16.count  4\nz@first=16.total  70\n"
                                                "z@first=1.count   4\n"));
}

TEST_CASE("What a stage leaves when it fails is exported, and only then") {
  const Project project("  l: {use: toy.leaving, with: {fails: true}}\n  n: {use: toy.numbers}\n");
  const auto run = project.run();
  CHECK(run.status == 1);
  CHECK(run.state("n") == "ran");
  const std::string message = run.finished("l").at("message").as_string();
  CHECK_THAT(message, Catch::Contains("toy.leaving: it went wrong; its course so far: ") &&
                          Catch::EndsWith("/l.course.csv"));
  CHECK(project.read("runs/p/latest/l.course.csv") == "step\n1\n2\n");
  CHECK(project.run({"l.fails=false"}).status == 0);
  CHECK_FALSE(fs::exists(project / "runs/p/latest/l.course.csv"));
}
