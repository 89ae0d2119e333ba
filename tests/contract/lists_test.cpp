// Inputs that take lists, such as all stages of a foreach, through whole runs.
#include <catch2/catch.hpp>

#include "contract/project.h"

namespace fs = std::filesystem;
using namespace pipeline;
using namespace pipeline::testing;

namespace {

std::string gathered(const std::string& counts) {
  return "  n: {use: toy.numbers, foreach: {count: " + counts +
         "}, with: {count: \"${count}\"}}\n" + "  t: {use: toy.together, in: {parts: n@*.x}}\n" +
         "  s: {use: toy.sum, in: {x: t.x}}\n";
}

}  // namespace

TEST_CASE("A stage takes all stages of a foreach, in its order, and one more runs alone") {
  const Project project(gathered("[3, 20, 1]"));
  const auto first = project.run();
  REQUIRE(first.status == 0);
  CHECK(project.read("runs/p/latest/t.txt") == "count=3 \ncount=20 \ncount=1 \n");
  CHECK(first.events.back().at("metrics").at("s.total") == Value(3.0 + 190));

  CHECK(project.run().count("cached") == 5);
  project.write("p.yaml", "stages:\n" + gathered("[3, 4, 20, 1]"));
  const Ran why = project({"why", "p.yaml", "t"});
  INFO(why.out + why.err);
  CHECK(why.out == "'t' may have to run:\n  depends on what n@count=4 will give\n");
  const auto more = project.run();
  CHECK(more.state("n@count=4") == "ran");
  CHECK(more.count("cached") == 3);
  CHECK(more.count("ran") == 3);
  CHECK(project.executions("numbers") == 4);
  CHECK(project.executions("together") == 2);
  CHECK(project.read("runs/p/latest/t.txt") == "count=3 \ncount=4 \ncount=20 \ncount=1 \n");

  // Every stage's result is there: what changed is told by the foreach's value, not by a place.
  project.write("p.yaml", "stages:\n" + gathered("[3, 20]"));
  CHECK(project({"why", "p.yaml", "t"}).out ==
        "'t' will run:\n  input 'parts@count=1' is gone\n  input 'parts@count=4' is gone\n");
}

TEST_CASE("Where one of a list fails, what takes the list is skipped, and the others stay") {
  const Project project(
      "  n: {use: toy.numbers}\n  w: {use: toy.wrong}\n"
      "  t: {use: toy.together, in: {parts: [n, w.y]}}\n");
  const auto run = project.run();
  CHECK(run.status == 1);
  CHECK(run.state("n") == "ran");
  CHECK(run.state("t") == "skipped");
  CHECK_THAT(run.finished("t").at("message").as_string(),
             Catch::Contains("stage 'w', which it depends on, failed"));
}

TEST_CASE("An item of a list that is damaged in the cache is made again") {
  const Project project(gathered("[2, 3]"));
  const auto first = project.run();
  const fs::path output = project / first.finished("n@count=3").at("output").as_string();
  fs::permissions(output, fs::perms::owner_write, fs::perm_options::add);
  std::string bytes = read_file(output);
  for (char& byte : bytes) byte = char(~byte);
  write_file(output, bytes);
  project.write("p.yaml",
                project.read("p.yaml") + "  u: {use: toy.together, in: {parts: [n@*, t.x]}}\n");
  const auto run = project.run();
  CHECK(run.status == 0);
  CHECK(project.executions("numbers") == 3);
  CHECK(project.read("runs/p/latest/u.txt") == "count=2 \ncount=3 \n\n");
}
