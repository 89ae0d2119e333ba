// What a run exports beside figures and texts.
#include <catch2/catch.hpp>

#include "contract/project.h"

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
