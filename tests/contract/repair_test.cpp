// What a run does about results that are gone or damaged, seen from outside.
#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "contract/project.h"

using namespace pipeline;
using pipeline::testing::Project;
using pipeline::testing::RunEvents;
namespace fs = std::filesystem;

namespace {

const std::string kChain =
    "  n: {use: toy.numbers, with: {count: 1000000}}\n"
    "  r: {use: toy.round, in: {x: n}}\n"
    "  s: {use: toy.sum, in: {x: r}}\n";

void flip(const fs::path& file, std::size_t offset) {
  std::string bytes = testing::read_file(file);
  bytes.at(offset) = char(bytes[offset] ^ 4);
  testing::write_file(file, bytes);
}

/// How often the end of each stage was told.
std::map<std::string, int> times_told(const RunEvents& run) {
  std::map<std::string, int> times;
  for (const Value& event : run.events)
    if (event.at("event") == Value("stage_finished")) ++times[event.at("stage").as_string()];
  return times;
}
const std::map<std::string, int> kOnce = {{"n", 1}, {"r", 1}, {"s", 1}};

}  // namespace

TEST_CASE("A stage that computes again after a damaged input has nothing left of the first time") {
  const Project project("  n: {use: toy.numbers, with: {count: 900000, first: 1}}\n");
  const fs::path output = project / project.run().finished("n").at("output").as_string();
  flip(output, fs::file_size(output) / 2);
  project.write("p.yaml", project.read("p.yaml") + "  t: {use: toy.tally, in: {x: n}}\n");
  const auto run = project.run();
  const Value& metrics = run.events.back().at("metrics");
  CHECK(metrics.at("t.count") == Value(900000));
  CHECK(metrics.at("t.total") == Value(405000450000.0));
  CHECK(project.executions("numbers") == 2);
}

TEST_CASE("A run ends where results are gone and making them again fails") {
  const Project project(kChain);
  for (const auto& [stage, output] : project.run().values("output")) fs::remove(project / output);
  const auto ran = testing::run_program(
      {"/bin/sh", "-c", "ulimit -f 512; exec \"$0\" run p.yaml --json", testing::pipeline_binary()},
      project / "", project.environment());
  CHECK(ran.status == 1);
  const auto run = testing::parse_events(ran.status, ran.out, ran.err);
  CHECK(times_told(run) == kOnce);
  CHECK(run.state("n") == "failed");
  CHECK(run.state("r") == "skipped");
  CHECK(run.state("s") == "skipped");
  CHECK(run.finished("s").at("message") == Value("stage 'r', which it depends on, did not run"));
}

TEST_CASE("A result that was made again is told of once, as one that ran") {
  const Project project(kChain);
  const auto outputs = project.run().values("output");
  const fs::path output = project / outputs.at("r");
  flip(output, fs::file_size(output) / 2);
  fs::remove(project / outputs.at("s"));
  const auto run = project.run();
  CHECK(run.status == 0);
  CHECK(times_told(run) == kOnce);
  CHECK(run.count("ran") == 2);
  CHECK(run.count("cached") == 1);
  CHECK(project.executions("numbers") == 1);
}

TEST_CASE("What a run hands out from the cache has been looked at") {
  const Project project(kChain);
  const auto outputs = project.run().values("output");
  constexpr std::size_t kInTheHeader = 40;
  SECTION("a result that nobody needs is not handed out damaged") {
    flip(project / outputs.at("r"), kInTheHeader);
    const auto run = project.run();
    CHECK(run.state("r") == "cached");
    CHECK(run.finished("r").at("output") == Value(""));
  }
  SECTION("one that is asked for is made again") {
    flip(project / outputs.at("s"), kInTheHeader);
    const auto run = project.run();
    CHECK(run.state("s") == "ran");
    CHECK(run.finished("s").at("output") == Value(outputs.at("s")));
  }
  CHECK(project({"cache", "verify"}).status == 0);
}

TEST_CASE("A stage that waits for nothing runs while a large file is read for another's key") {
  const Project project(
      "  a: {use: toy.read, with: {path: data.bin}}\n  b: {use: toy.numbers, with: {count: 3}}\n");
  project.write("data.bin", "");
  fs::resize_file(project / "data.bin", std::uintmax_t{1} << 42);  // an hour of reading
  auto process = project.start({"run", "p.yaml", "--json"});
  for (int i = 0; i < 3000 && process.output().find("\"state\":\"ran\"") == std::string::npos; ++i)
    usleep(10000);
  CHECK_THAT(process.output(), Catch::Contains("\"stage\":\"b\",\"state\":\"ran\""));
  process.signal(SIGINT);
  CHECK(process.wait() == 130);
  CHECK(project.executions("read") == 0);
}

TEST_CASE("Where no thread can be had, a run goes on with the one that it has") {
  if (geteuid() != 0) return;  // a limit to processes binds other users alone
  const Project project("  n: {use: toy.numbers}\n  s: {use: toy.sum, in: {x: n}}\n");
  fs::permissions(project / "", fs::perms::all);
  const auto ran = testing::run_program(
      {"/usr/bin/setpriv", "--reuid=54321", "--clear-groups", "/usr/bin/prlimit", "--nproc=1",
       testing::pipeline_binary(), "run", "p.yaml", "--json"},
      project / "", project.environment());
  INFO(ran.err);
  CHECK(ran.status == 0);
  CHECK(testing::parse_events(ran.status, ran.out, ran.err).count("ran") == 2);
}
