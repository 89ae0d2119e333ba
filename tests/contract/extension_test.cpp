// Results that are extended by an extendable parameter: to the bits of one computed at once, and
// never where anything else differs.
#include <signal.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "cache/store.h"
#include "contract/project.h"
#include "support/waiting.h"

using namespace pipeline;
using pipeline::testing::in_time;
using pipeline::testing::Project;
namespace fs = std::filesystem;

namespace {

const std::string kGrow = "  g: {use: toy.grow, with: {steps: 50, every: 7}}\n";

/// By output.
std::map<std::string, std::string> digests(const Project& project, const std::string& key) {
  const cache::Store store(project / ".pipeline", cache::Store::Access::read);
  std::map<std::string, std::string> digests;
  const auto record = store.find(key);
  REQUIRE(record);
  for (const auto& [port, output] : record->outputs) digests[port] = output.digest;
  return digests;
}

/// Of g, after a run with these words.
std::string key_after(const Project& project, std::vector<std::string> words = {}) {
  const auto run = project.run(std::move(words));
  REQUIRE(run.status == 0);
  return run.finished("g").at("key").as_string();
}

std::map<std::string, std::string> grown(const Project& project,
                                         std::vector<std::string> words = {}) {
  return digests(project, key_after(project, std::move(words)));
}

/// What a run in a cache of its own gives.
std::map<std::string, std::string> at_once(std::vector<std::string> words,
                                           const std::string& stages = kGrow) {
  return grown(Project(stages), std::move(words));
}

int extended_from(const Project& project, int steps) {
  return project.executions("grow goes on from " + std::to_string(steps));
}

fs::path state_of(const Project& project, const std::string& key) {
  return project / (".pipeline/states/" + key.substr(0, 2) + "/" + key + ".h5");
}

void flip_a_byte(const fs::path& file) {
  std::string bytes = testing::read_file(file);
  bytes[bytes.size() / 3] = char(bytes[bytes.size() / 3] ^ 1);
  testing::write_file(file, bytes);
}

bool logged(const testing::RunEvents& run, const std::string& text) {
  for (const Value& event : run.events)
    if (event.at("event") == Value("stage_log") &&
        event.at("line").as_string().find(text) != std::string::npos)
      return true;
  return false;
}

}  // namespace

TEST_CASE("A longer run extends a shorter one's result to the bits of one at once") {
  const Project project(kGrow);
  project.run();
  const auto run = project.run({"g.steps=80"});
  const Value finished = run.finished("g");
  CHECK(finished.at("extends").at("parameter") == Value("steps"));
  CHECK(finished.at("extends").at("value") == Value(50));
  CHECK(extended_from(project, 50) == 1);
  CHECK(digests(project, finished.at("key").as_string()) == at_once({"g.steps=80"}));
  CHECK(project({"cache", "verify"}).out == "2 results, all as they were written\n");
}

TEST_CASE("The longest shorter result is extended, also one that was extended itself") {
  const Project project(kGrow);
  for (const char* steps : {"g.steps=50", "g.steps=80", "g.steps=9"}) project.run({steps});
  CHECK(grown(project, {"g.steps=200"}) == at_once({"g.steps=200"}));
  CHECK(extended_from(project, 50) == 1);
  CHECK(extended_from(project, 80) == 1);
  CHECK(grown(project, {"g.steps=100"}) == at_once({"g.steps=100"}));
  CHECK(extended_from(project, 80) == 2);
}

TEST_CASE("A shorter run after a longer one just computes") {
  const Project project(kGrow);
  project.run();
  CHECK(grown(project, {"g.steps=30"}) == at_once({"g.steps=30"}));
  CHECK(project.executions("grow") == 2);
  CHECK_THAT(project.read("log"), !Catch::Contains("goes on"));
}

TEST_CASE("What has stopped before its end stops there again") {
  const std::string stops = "  g: {use: toy.grow, with: {steps: 50, stop_below: 0.11}}\n";
  const Project project(stops);
  const auto at_50 = grown(project);
  CHECK(grown(project, {"g.steps=80"}) == at_50);
  CHECK(at_once({"g.steps=80"}, stops) == at_50);
  CHECK(at_50 != at_once({"g.steps=50"}));
}

TEST_CASE("Nothing is extended where another parameter, an input or the code differs") {
  const Project project(kGrow);
  project.run();
  SECTION("a parameter") {
    CHECK(grown(project, {"g.steps=80", "g.rate=3.8"}) == at_once({"g.steps=80", "g.rate=3.8"}));
  }
  SECTION("an input") {
    project.write("p.yaml",
                  "stages:\n  n: {use: toy.numbers}\n"
                  "  g: {use: toy.grow, with: {steps: 80, every: 7}, in: {x: n}}\n");
    project.run();
  }
  SECTION("code") {
    auto environment = project.environment();
    environment["PIPELINE_PLUGIN_PATH"] = testing::test_plugin("toys_rebuilt");
    const auto run = testing::run_with_events({"p.yaml", "g.steps=80"}, project / "", environment);
    CHECK(run.state("g") == "ran");
    CHECK_FALSE(run.finished("g").has("extends"));
  }
  CHECK(project.executions("grow") == 2);
  CHECK_THAT(project.read("log"), !Catch::Contains("goes on"));
}

TEST_CASE("plan, why, status and the run's line say what is extended") {
  const Project project(kGrow);
  project.run();
  const std::string words = "extends the result of steps=50";
  CHECK_THAT(project({"plan", "p.yaml", "g.steps=80"}).out, Catch::Contains(words));
  CHECK(project({"why", "p.yaml", "g", "g.steps=80"}).out ==
        "'g' will run:\n  with.steps: 50 -> 80\n  " + words + "\n");
  CHECK(project({"status", "p.yaml", "g.steps=80"}).out ==
        "stale  g                  " + words + "\n");
  const Value planned = Value::parse_json(project({"plan", "p.yaml", "g.steps=80", "--json"}).out);
  CHECK(planned.as_list().at(0).at("extends").at("value") == Value(50));
  CHECK_THAT(project({"plan", "p.yaml", "g.steps=30"}).out, !Catch::Contains("extends"));
  CHECK_THAT(project({"run", "p.yaml", "g.steps=80"}).out, Catch::Contains("; " + words + "\n"));
  CHECK_THAT(project({"describe", "toy.grow"}).out, Catch::Contains("default 1, extendable)"));
}

TEST_CASE("A damaged or missing end state is named, and the next shorter one is extended") {
  const Project project(kGrow);
  const std::string short_one = key_after(project, {"g.steps=30"}), long_one = key_after(project);
  SECTION("damaged") {
    flip_a_byte(state_of(project, long_one));
    CHECK_THAT(project({"cache", "verify"}).out, Catch::Contains(long_one + ".h5"));
    const auto run = project.run({"g.steps=80"});
    CHECK(logged(run, ".pipeline/states/" + long_one.substr(0, 2) + "/" + long_one + ".h5'"));
    CHECK(logged(run, "; it goes on from the end of steps=30"));
    CHECK(run.finished("g").at("extends").at("value") == Value(30));
  }
  SECTION("missing") {
    fs::remove(state_of(project, long_one));
    CHECK_THAT(project({"plan", "p.yaml", "g.steps=80"}).out,
               Catch::Contains("extends the result of steps=30"));
    CHECK(logged(project.run({"g.steps=80"}),
                 "the result of steps=50 has lost its end state; it goes on from the end of "
                 "steps=30"));
  }
  SECTION("another's") {
    fs::copy_file(state_of(project, short_one), state_of(project, long_one),
                  fs::copy_options::overwrite_existing);
    CHECK(logged(project.run({"g.steps=80"}), "it is another action's"));
  }
  SECTION("all") {
    for (const auto& key : {short_one, long_one}) flip_a_byte(state_of(project, key));
    CHECK(logged(project.run({"g.steps=80"}), "; it starts from the beginning"));
    CHECK_THAT(project.read("log"), !Catch::Contains("from 50"));
  }
  CHECK(grown(project, {"g.steps=80"}) == at_once({"g.steps=80"}));
  CHECK(project.executions("grow") == 3);
}

TEST_CASE("gc takes an end state with its result, and what it leaves is extended") {
  const Project project(kGrow);
  const std::string short_one = key_after(project, {"g.steps=30"}), long_one = key_after(project);
  SECTION("only the short one is rooted") {
    REQUIRE(project({"cache", "pin", short_one}).status == 0);
    const Value listed = Value::parse_json(project({"cache", "ls", "--json"}).out);
    std::int64_t bytes = 0;
    for (const Value& entry : listed.as_list())
      if (entry.at("key") == Value(long_one))
        bytes = entry.at("bytes").as_int() + entry.at("state_bytes").as_int();
    const Value collected =
        Value::parse_json(project({"cache", "gc", "--keep-runs", "0", "--yes", "--json"}).out);
    CHECK(collected.at("bytes").as_int() >= bytes);
    CHECK(fs::exists(state_of(project, short_one)));
    CHECK_FALSE(fs::exists(state_of(project, long_one)));
    CHECK(project.run({"g.steps=80"}).finished("g").at("extends").at("value") == Value(30));
  }
  SECTION("nothing is") {
    project({"cache", "gc", "--keep-runs", "0", "--max-size", "0", "--yes"});
    project({"cache", "gc", "--keep-runs", "0", "--max-size", "0", "--yes"});
    for (const char* folder : {"states", "families"})
      for (const auto& entry : fs::recursive_directory_iterator(project / ".pipeline" / folder))
        CHECK(entry.path().filename().string().size() == 2);
    CHECK_FALSE(project.run({"g.steps=80"}).finished("g").has("extends"));
  }
  CHECK(grown(project, {"g.steps=80"}) == at_once({"g.steps=80"}));
}

TEST_CASE("A lost result is made again from the state that it ended in") {
  const Project project(kGrow);
  const std::string key = key_after(project);
  const auto before = digests(project, key);
  fs::remove(project / (".pipeline/objects/" + key.substr(0, 2) + "/" + key + ".h5"));
  CHECK(grown(project) == before);
  CHECK(extended_from(project, 50) == 1);
  CHECK_THAT(project({"why", "p.yaml", "g"}).out, Catch::StartsWith("'g' is cached"));
}

TEST_CASE("An extension that is killed or stopped goes on from its own checkpoint") {
  const Project project("  g: {use: toy.grow, with: {steps: 5, every: 1, milliseconds: 20}}\n");
  project.run();
  const int number = GENERATE(SIGKILL, SIGTERM);
  auto run = project.start({"run", "p.yaml", "g.steps=400"});
  REQUIRE(in_time([&] {
    return fs::exists(project / ".pipeline/checkpoints") &&
           !fs::is_empty(project / ".pipeline/checkpoints");
  }));
  run.signal(number);
  CHECK(run.wait() == 128 + number);
  CHECK_THAT(project({"plan", "p.yaml", "g.steps=400"}).out, !Catch::Contains("extends"));
  const auto last = project.run({"g.steps=400"});
  CHECK(last.status == 0);
  CHECK_FALSE(last.finished("g").has("extends"));
  CHECK(extended_from(project, 5) == 1);
  CHECK(digests(project, last.finished("g").at("key").as_string()) ==
        at_once({"g.steps=400", "g.milliseconds=20"},
                "  g: {use: toy.grow, with: {steps: 5, every: 1}}\n"));
}

TEST_CASE("What cannot be extendable is an author's error") {
  const auto refused = [](const std::string& component) {
    const auto ran = Project("  g: {use: " + component + "}\n")({"run", "p.yaml"});
    CHECK(ran.status == 2);
    CHECK_THAT(ran.err, Catch::Contains("p.yaml:2"));
    return ran.err;
  };
  CHECK_THAT(refused("toy.grow_twice"),
             Catch::Contains("parameters 'steps' and 'epochs' are both declared extendable"));
  CHECK_THAT(
      refused("toy.grow_sprout"),
      Catch::Contains("'toy.sprout' declares its parameter 'leaves' extendable, which only a "
                      "stage can"));
}
