// How a run hears that it is to stop, and what it does while nobody reads what it tells.
#include <signal.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "contract/project.h"
#include "support/sanitizer.h"
#include "support/waiting.h"

using namespace pipeline;
using pipeline::testing::in_time;
using pipeline::testing::pipeline_binary;
using pipeline::testing::Process;
using pipeline::testing::Project;
namespace fs = std::filesystem;

namespace {

const std::string kSlow = "  slow: {use: toy.slow, with: {steps: 400, milliseconds: 5}}\n";

Project rogue(const std::string& stages) { return Project(stages, {"toys", "rogues"}); }

/// Waits until the file has the text.
void wait_for(const fs::path& file, const std::string& text) {
  REQUIRE(in_time([&] { return testing::read_file(file).find(text) != std::string::npos; }));
}

/// `pipeline run p.yaml words…` by bash, after a few words of its own.
Process start(const Project& project, const std::string& before, const std::string& words) {
  return Process({"bash", "-c", before + "exec \"$0\" run p.yaml " + words, pipeline_binary()},
                 project / "", project.environment());
}

/// Standard output is a pipe that is open for reading, too, but that nobody reads.
const std::string kUnread = "mkfifo unread; exec 9<>unread; ";

}  // namespace

TEST_CASE("Each signal that asks a run to stop stops it cleanly, with a status of its own") {
  const auto [number, status] =
      GENERATE(table<int, int>({{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 129}}));
  const Project project(kSlow);
  auto run = project.start({"run", "p.yaml", "--json"});
  wait_for(project / "log", "slow");
  run.signal(number);
  CHECK(run.wait() == status);
  const auto events = testing::parse_events(status, run.output(), run.errors());
  CHECK(events.events.back().at("event") == Value("run_finished"));
  CHECK(events.events.back().at("interrupted") == Value(true));
  CHECK(events.state("slow") == "interrupted");
}

TEST_CASE("A second signal ends a run at once, whatever its stages do") {
  const Project project = rogue("  deaf: {use: rogue.chatty, with: {ready: ready, when: never}}\n");
  auto run = project.start({"run", "p.yaml"});
  REQUIRE(in_time([&] { return fs::exists(project / "ready"); }));
  run.signal(SIGINT);
  run.signal(SIGTERM);
  const int status = run.wait();
  CHECK((status == 130 || status == 143));  // whichever the system delivers last
}

TEST_CASE("One who tells the process, and then its group, has asked once") {
  const Project project("  slow: {use: toy.slow, with: {steps: 400, milliseconds: 5}}\n");
  auto run = project.start({"run", "p.yaml"});
  wait_for(project / "log", "slow");
  run.signal(SIGTERM);
  run.signal(SIGTERM);
  CHECK(run.wait() == 143);
  CHECK_THAT(run.output(), Catch::Contains("interrupted; the same command goes on"));
}

TEST_CASE("Signals that the launcher had ignored stay ignored") {
  const Project project("  slow: {use: toy.slow, with: {steps: 50, milliseconds: 5}}\n");
  auto run = start(project, "trap '' INT HUP; ", "");
  wait_for(project / "log", "slow");
  run.signal(SIGINT);
  run.signal(SIGHUP);
  CHECK(run.wait() == 0);
  CHECK_THAT(run.output(), Catch::Contains("1 ran, 0 cached"));
}

TEST_CASE("A run does not wait for its reader, and tells what it left out") {
  // Ten times what waits for a reader, then a stage that tells that it has come so far.
  constexpr int kLines = 200'000;
  const Project project = rogue(
      "  flood: {use: rogue.chatty, with: {how: C, text: \"fifty characters, with which to fill "
      "a megabyte.......\\n\", times: " +
      std::to_string(kLines) +
      "}}\n"
      "  last: {use: toy.slow, in: {x: flood}}\n");
  Process run(
      {"bash", "-c", "\"$0\" run p.yaml --json | { until [ -e go ]; do sleep 0.01; done; cat; }",
       pipeline_binary()},
      project / "", project.environment());
  wait_for(project / "log", "slow");
  project.write("go", "");
  CHECK(run.wait() == 0);
  if (!pipeline::testing::kSanitized) CHECK(run.peak_memory() < 200);
  const auto events = testing::parse_events(0, run.output(), run.errors());
  std::int64_t told = 0, left_out = 0;
  for (const Value& event : events.events) {
    told += event.at("event") == Value("stage_log");
    if (event.at("event") == Value("left_out")) left_out += event.at("events").as_int();
  }
  CHECK(left_out > kLines / 2);
  CHECK(told + left_out >= kLines);      // progress may have been left out, too
  CHECK(told + left_out <= kLines + 1);  // of the one step of `last`
  CHECK(events.state("last") == "ran");
  CHECK(events.events.back().at("event") == Value("run_finished"));
}

TEST_CASE("Ctrl-C is heard while nobody reads the output") {
  const std::string flood =
      "  flood: {use: rogue.chatty, with: {text: \"fifty characters, with which to fill a "
      "pipe..............\\n\", times: 10000}}\n";
  SECTION("while a stage runs") {
    const Project project =
        rogue(flood + "  slow: {use: toy.slow, with: {steps: 4000}, in: {x: flood}}\n");
    auto run = start(project, kUnread, "> unread");
    wait_for(project / "log", "slow");
    run.signal(SIGINT);
    CHECK(run.wait() == 130);
  }
  SECTION("while only the report has to be written") {
    const Project project = rogue(flood);
    auto run = start(project, kUnread, "--out out > unread");
    REQUIRE(in_time([&] {
      return project({"status", "p.yaml"}).out.find("fresh") != std::string::npos;
    }));
    run.signal(SIGTERM);
    CHECK(run.wait() == 143);
  }
}
