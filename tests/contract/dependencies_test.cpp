// What a component says that its result depends on, seen through the program.
#include <catch2/catch.hpp>

#include "contract/project.h"

using namespace pipeline;
using namespace pipeline::testing;
namespace fs = std::filesystem;

namespace {

Ran with_word(const Project& project, const std::string& word,
              std::vector<std::string> words = {"run", "p.yaml"}) {
  auto environment = project.environment();
  environment["TOY_WORD"] = word;
  words.insert(words.begin(), pipeline_binary());
  return run_program(words, project / "", environment);
}

}  // namespace

TEST_CASE(
    "Another value of a declared environment variable runs the stage again, and why says so") {
  const Project project("  s: {use: toy.says, with: {word: toy.word}}\n");
  CHECK(with_word(project, "one").status == 0);
  CHECK(with_word(project, "one").status == 0);
  CHECK(project.executions("says") == 1);
  const Ran why = with_word(project, "two", {"why", "p.yaml", "s"});
  CHECK_THAT(why.out, Catch::Contains(R"(environment variable TOY_WORD: "one" -> "two")"));
  CHECK(with_word(project, "two").status == 0);
  CHECK(project.executions("says") == 2);
  CHECK(project.read("runs/p/latest/s.txt") == "two");
}

TEST_CASE("A declared file that comes, changes and goes runs the stage again") {
  const Project project("  r: {use: toy.reads, with: {path: data}}\n");
  project.write("data", "x");
  CHECK(project.run().state("r") == "ran");
  project.write("data.labels", "1");
  CHECK(project.run().state("r") == "ran");
  project.write("data.labels", "2");
  CHECK(project.run().state("r") == "ran");
  CHECK(project.run().state("r") == "cached");
  fs::remove(project / "data.labels");
  CHECK(project.run().state("r") == "cached");  // as it was at first
  CHECK(project.executions("reads") == 3);
}

TEST_CASE("A library that a stage loads without a word is told by name") {
  const std::string answer = fs::canonical(test_plugin("answer") / "answer.so").string();
  const Project project("  l: {use: toy.loads, with: {library: " + answer + "}}\n");
  const std::string line = "'" + answer + "' was loaded while it ran, and is not in its key";
  const Ran undeclared = project({"run", "p.yaml", "l.declares=false"});
  CHECK_THAT(undeclared.out + undeclared.err, Catch::Contains(line));
  const Ran declared = project({"run", "p.yaml"});
  CHECK(declared.status == 0);
  CHECK_THAT(declared.out + declared.err, !Catch::Contains(line));
}

TEST_CASE("Files are read again where the user asks for it") {
  const Project project("  r: {use: toy.read, with: {path: data}}\n");
  project.write("data", "x");
  CHECK(project.run({"--check-files"}).state("r") == "ran");
  CHECK(project.run({"--check-files"}).state("r") == "cached");
  for (const char* command : {"plan", "status", "why"}) {
    std::vector<std::string> words = {command, "p.yaml"};
    if (command == std::string("why")) words.push_back("r");
    words.push_back("--check-files");
    CHECK(project(words).status == 0);
  }
}

TEST_CASE("What is never cached is planned and described as such") {
  const Project project("  d: {use: toy.draws}\n");
  const std::string reason = "runs every time: it asks the world";
  CHECK_THAT(project({"plan", "p.yaml"}).out, Catch::Contains(reason));
  CHECK_THAT(project({"status", "p.yaml"}).out, Catch::Contains(reason));
  CHECK_THAT(project({"why", "p.yaml", "d"}).out, Catch::Contains(reason));
  CHECK_THAT(project({"describe", "toy.draws"}).out,
             Catch::Contains("cached never: it asks the world"));
  CHECK_THAT(project({"describe", "toy.word"}).out, Catch::Contains("TOY_WORD         the word"));
}

TEST_CASE("What is never cached runs every time, and what depends on it goes by what it gives") {
  const Project project("  d: {use: toy.draws}\n  r: {use: toy.round, in: {x: d}}\n");
  project.write("log.number", "1");
  CHECK(project.run().state("r") == "ran");
  const auto same = project.run();
  CHECK(same.state("d") == "ran");
  CHECK(same.state("r") == "cached");
  project.write("log.number", "3");
  CHECK(project.run().state("r") == "ran");
  CHECK(project.executions("draws") == 3);
  CHECK(project.executions("round") == 2);
}

TEST_CASE("Of what is never cached each stage of each run has its own") {
  const Project project(
      "  d: {use: toy.draws}\n  e: {use: toy.draws}\n"
      "  s: {use: toy.sum, in: {x: d, more: e}}\n  t: {use: toy.sum, in: {x: e, more: d}}\n");
  project.write("log.number", "1");
  for (int run = 1; run <= 2; ++run) {
    const auto events = project.run({"--jobs", "1"});
    CHECK(events.status == 0);
    CHECK(events.finished("d").at("key") != events.finished("e").at("key"));
    CHECK(project.executions("draws") == 2 * run);
  }
}
