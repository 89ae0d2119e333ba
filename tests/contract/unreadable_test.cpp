// What plan, why and status tell of results and runs that cannot be read, seen from outside.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "contract/project.h"

using namespace pipeline;
using pipeline::testing::Project;
namespace fs = std::filesystem;

namespace {

const std::string kTwo =
    "  n: {use: toy.numbers}\n"
    "  s: {use: toy.sum, in: {x: n}}\n";

fs::path record_of(const std::string& key) {
  return fs::path(".pipeline/records") / key.substr(0, 2) / (key + ".json");
}

/// The one record of a run.
fs::path run_record(const Project& project) {
  for (const auto& entry : fs::recursive_directory_iterator(project / ".pipeline/runs"))
    if (entry.path().extension() == ".json") return entry.path();
  return {};
}

/// As messages name it.
std::string quoted(const Project& project, const fs::path& path) {
  return std::string("'").append(fs::relative(path, project / "").string()).append("'");
}

/// As a user whom rights bind, which they do not bind root.
testing::Ran as_nobody(const Project& project, std::vector<std::string> words) {
  words.insert(words.begin(), testing::pipeline_binary());
  if (geteuid() == 0)
    words.insert(words.begin(), {"/usr/bin/setpriv", "--reuid=54321", "--clear-groups"});
  return testing::run_program(words, project / "", project.environment());
}

void check_told(const Project& project, const std::string& problem) {
  const auto plan = as_nobody(project, {"plan", "p.yaml"});
  CHECK(plan.status == 0);
  CHECK_THAT(plan.out, Catch::Contains(problem) && !Catch::Contains("has not finished"));
  const auto why = as_nobody(project, {"why", "p.yaml", "n"});
  CHECK(why.status == 0);
  CHECK_THAT(why.out, Catch::StartsWith("'n' will run:\n  " + problem));
  const auto status = as_nobody(project, {"status", "p.yaml"});
  CHECK(status.status == 0);
  CHECK_THAT(status.out, Catch::StartsWith("stale  n ") && Catch::Contains(problem));
}

}  // namespace

TEST_CASE("A stage whose record cannot be read is told as such, also where no run is known") {
  const Project project(kTwo);
  const fs::path record =
      project / record_of(project.run().finished("n").at("key").as_string()).string();
  if (GENERATE(false, true)) fs::remove(run_record(project));
  fs::permissions(project / "", fs::perms(0777));
  SECTION("without the right to") {
    fs::permissions(record, fs::perms(0));
    check_told(project, "cannot read " + quoted(project, record) + ": Permission denied");
  }
  SECTION("a folder in its place") {
    fs::remove(record);
    fs::create_directory(record);
    check_told(project,
               "cannot read " + quoted(project, record) + ": expected a file, found a folder");
  }
  SECTION("damaged") {
    std::string bytes = testing::read_file(record);
    bytes[bytes.size() / 2] = char(bytes[bytes.size() / 2] ^ 1);
    testing::write_file(record, bytes);
    check_told(project, quoted(project, record) + ": ");
  }
}

TEST_CASE("A stage whose file has another size is not told to have lost it") {
  const Project project(kTwo);
  const auto output = project.run().finished("s").at("output").as_string();
  fs::resize_file(project / output, 100);
  const auto why = project({"why", "p.yaml", "s"});
  CHECK_THAT(why.out,
             Catch::Contains(quoted(project, project / output) + " is damaged: it has 100 bytes"));
  fs::remove(project / output);
  CHECK(project({"why", "p.yaml", "s"}).out == "'s' will run:\n  its stored file is gone\n");
}

TEST_CASE("Where a run's record cannot be read, nobody is told that there was no run") {
  const Project project(kTwo);
  project.run();
  const fs::path record = run_record(project);
  fs::permissions(project / "", fs::perms(0777));
  std::string problem;
  SECTION("the record") {
    fs::permissions(record, fs::perms(0));
    problem = "cannot read " + quoted(project, record);
  }
  SECTION("its folder") {
    fs::permissions(record.parent_path(), fs::perms(0));
    problem = "cannot read " + quoted(project, record.parent_path());
  }
  const auto plan = as_nobody(project, {"plan", "p.yaml", "n.count=3"});
  fs::permissions(record.parent_path(), fs::perms(0755));
  CHECK(plan.status == 0);
  CHECK_THAT(plan.out, Catch::Contains("what the last run has finished is not known: " + problem +
                                       ": Permission denied"));
}
