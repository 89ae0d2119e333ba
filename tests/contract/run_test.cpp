// What `pipeline run` promises, seen from outside.
#include <signal.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <thread>

#include "contract/project.h"
#include "support/waiting.h"

using namespace pipeline;
using pipeline::testing::Project;
namespace fs = std::filesystem;

namespace {

const std::string kThree =
    "  n: {use: toy.numbers}\n"
    "  r: {use: toy.round, in: {x: n}}\n"
    "  s: {use: toy.sum, in: {x: r}}\n";

/// Waits until the file has the text, for at most ten seconds.
void wait_for(const Project& project, const std::string& file, const std::string& text) {
  for (int i = 0; i < 1000 && project.read(file).find(text) == std::string::npos; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  REQUIRE(project.read(file).find(text) != std::string::npos);
}

}  // namespace

TEST_CASE("The first run computes everything, the second nothing") {
  const Project project(kThree);
  const auto first = project.run();
  CHECK(first.status == 0);
  CHECK(first.count("ran") == 3);
  CHECK(first.state("s") == "ran");
  const auto second = project.run();
  CHECK(second.status == 0);
  CHECK(second.count("ran") == 0);
  CHECK(second.count("cached") == 3);
  CHECK(second.finished("s").at("key") == first.finished("s").at("key"));
  CHECK(project.executions("sum") == 1);
}

TEST_CASE("Events have the fields that scripts rely on") {
  const Project project(kThree);
  const auto run = project.run();
  const Value event = run.finished("r");
  CHECK(event.at("seconds").is_real());
  CHECK(event.at("key").as_string().size() == 64);
  CHECK_THAT(event.at("output").as_string(), Catch::StartsWith(".pipeline/objects/"));
  CHECK(fs::exists(project / event.at("output").as_string()));
  const Value& last = run.events.back();
  CHECK(last.at("event") == Value("run_finished"));
  CHECK(last.at("ok") == Value(true));
  CHECK(last.at("failed") == Value(0));
  CHECK(last.at("metrics").at("s.total") == Value(6.0));
}

TEST_CASE("Only what changed runs again, and what it gives decides about the rest") {
  const Project project(kThree);
  project.run();
  const auto hidden = project.run({"n.first=0.25"});  // rounded away
  CHECK(hidden.state("n") == "ran");
  CHECK(hidden.state("r") == "ran");
  CHECK(hidden.state("s") == "cached");
  const auto seen = project.run({"n.first=1"});
  CHECK(seen.count("ran") == 3);
  const auto back = project.run();
  CHECK(back.count("cached") == 3);
}

TEST_CASE("Comments, order, spelling and names of stages are no changes") {
  const Project project(kThree);
  project.run();
  project.write("p.yaml",
                "# a comment\nstages:\n"
                "  total: {in: {x: rounded.y}, use: toy.sum}\n"
                "  rounded: {use: toy.round, with: {step: 1.0}, in: {x: n}}\n"
                "  n: {use: toy.numbers, with: {first: 0e0}}\n");
  CHECK(project.run().count("cached") == 3);
}

TEST_CASE("A file counts by its content") {
  const Project project("  f: {use: toy.read, with: {path: data.txt}}\n");
  project.write("data.txt", "abc");
  project.run();
  fs::last_write_time(project / "data.txt",
                      fs::file_time_type::clock::now() + std::chrono::hours(1));
  CHECK(project.run().state("f") == "cached");
  project.write("data.txt", "abd");
  CHECK(project.run().state("f") == "ran");
}

TEST_CASE("A failure stops what depends on it and nothing else") {
  const Project project(kThree +
                        "  w: {use: toy.wrong, in: {x: n}}\n"
                        "  after: {use: toy.round, in: {x: w}}\n");
  const auto run = project.run({"--jobs", "1"});
  CHECK(run.status == 1);
  CHECK(run.state("s") == "ran");
  CHECK(run.state("w") == "failed");
  CHECK(run.state("after") == "skipped");
  CHECK(run.finished("w").at("message") == Value("toy.wrong: it went wrong"));
  const auto text = project({"run", "p.yaml"});
  CHECK_THAT(text.out, Catch::Contains("error: stage 'w': toy.wrong: it went wrong"));
  CHECK_THAT(text.out, Catch::Contains("about to go wrong"));
}

TEST_CASE("What a stage does wrong is told by name") {
  const auto message = [](const std::string& how) {
    const Project project("  w: {use: toy.wrong, with: {how: " + how + "}}\n");
    const auto run = project.run();
    CHECK(run.status == 1);
    return run.finished("w").at("message").as_string();
  };
  CHECK(message("unset") == "toy.wrong: the stage did not set its output 'y'");
  CHECK(message("shape") ==
        "toy.wrong: output 'y' was promised as f32 array of 2 and set as f32 array of 3");
  CHECK(message("forgot_shape") ==
        "toy.wrong: output 'y' cannot be allocated: preflight set no shape; call set_shape() or "
        "shape_like() there");
  CHECK(message("not_connected") ==
        "toy.wrong: input 'x' is read, but is not connected; ask connected() first");
  CHECK(message("number") == "toy.wrong: threw something that is no std::exception");
  CHECK_THAT(message("late_component"), Catch::Contains("was not in its preflight"));
}

TEST_CASE("Wrong input is told before anything runs") {
  const Project project(kThree + "  w: {use: toy.wrong, with: {how: preflight}}\n");
  const auto ran = project({"run", "p.yaml"});
  CHECK(ran.status == 2);
  CHECK_THAT(ran.err, Catch::StartsWith(
                          "p.yaml:5:12: error: stage 'w': toy.wrong: the shapes do not fit\n"));
  CHECK(project.executions("numbers") == 0);
  CHECK(project({"run", "p.yaml", "--jobs", "0"}).err ==
        "error: --jobs must be an integer of at least 1, got '0'\n");
  CHECK(project({"run", "p.yaml", "--jbos", "1"}).err ==
        "error: pipeline run has no option '--jbos'; did you mean '--jobs'?\n");
  CHECK(project({"rnu"}).err == "error: there is no command 'rnu'; did you mean 'run'?\n");
}

TEST_CASE("Texts and scalars are exported, and latest leads to them") {
  const Project project(kThree);
  project.run();
  CHECK(project.read("runs/p/latest/s.txt") == "the sum is 6.000000\n");
  CHECK(Value::parse_json(project.read("runs/p/latest/metrics.json")) ==
        Value(Value::Map{{"s.total", 6.0}}));
  project.run({"--out", "elsewhere", "n.first=1"});
  CHECK(project.read("elsewhere/latest/s.txt") == "the sum is 10.000000\n");
}

TEST_CASE(
    "A result that was damaged is computed again, and so is one whose file is gone when it is "
    "needed") {
  const Project project(kThree);
  const std::string output =
      (project / project.run().finished("r").at("output").as_string()).string();
  SECTION("gone, but nobody needs it") {
    fs::remove(output);
    CHECK(project.run().count("ran") == 0);
  }
  SECTION("gone, and needed") {
    fs::remove(output);
    project.write("p.yaml", project.read("p.yaml") + "  t: {use: toy.sum, in: {x: r, more: n}}\n");
    const auto run = project.run();
    CHECK(run.state("r") == "ran");
    CHECK(run.state("n") == "cached");
    CHECK(run.state("t") == "ran");
  }
  SECTION("a bit flipped") {
    fs::permissions(output, fs::perms::owner_write, fs::perm_options::add);
    std::string bytes = pipeline::testing::read_file(output);
    bytes[bytes.size() / 2] ^= 4;
    pipeline::testing::write_file(output, bytes);
    project.write("p.yaml", project.read("p.yaml") + "  t: {use: toy.sum, in: {x: r, more: n}}\n");
    const auto run = project.run();
    CHECK(run.status == 0);
    CHECK(run.state("t") == "ran");
    CHECK(project({"cache", "verify"}).status == 0);
  }
}

TEST_CASE("A large input is checked while it is read, and nothing that comes of damage is kept") {
  const Project project("  n: {use: toy.numbers, with: {count: 1000000, first: 1}}\n");
  const std::string output =
      (project / project.run().finished("n").at("output").as_string()).string();
  const std::string bytes = pipeline::testing::read_file(output);
  const auto damage = [&] {
    fs::permissions(output, fs::perms::owner_write, fs::perm_options::add);
    std::string damaged = bytes;
    damaged[damaged.size() / 2] ^= 4;
    pipeline::testing::write_file(output, damaged);
  };
  const auto add = [&](const std::string& stage) {
    project.write("p.yaml", project.read("p.yaml") + stage);
    damage();
  };
  SECTION("what reads it runs again on what was made anew") {
    add("  s: {use: toy.sum, in: {x: n}}\n");
    const auto run = project.run();
    CHECK(run.status == 0);
    CHECK(run.events.back().at("metrics").at("s.total") == Value(500000500000.0));
    CHECK(project.executions("sum") == 2);
  }
  SECTION("a failure that damage may have led to is not the stage's") {
    add("  w: {use: toy.wrong, in: {x: n}}\n");
    CHECK(project.run().state("w") == "failed");
    CHECK(project.executions("wrong") == 2);
  }
  SECTION("no checkpoint is made of it") {
    add("  s: {use: toy.slow, in: {x: n}, with: {steps: 3}}\n");
    CHECK(project.run().state("s") == "ran");
    CHECK(project.executions("slow") == 2);
    CHECK(project.executions("slow goes on") == 0);
  }
  CHECK(project.executions("numbers") == 2);
  CHECK(project({"cache", "verify"}).status == 0);
}

TEST_CASE("Ctrl-C stops cleanly, and the next run goes on from the checkpoint") {
  const Project project("  slow: {use: toy.slow, with: {steps: 400, milliseconds: 5}}\n");
  auto process = project.start({"run", "p.yaml"});
  wait_for(project, "log", "slow");
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  process.signal(SIGINT);
  CHECK(process.wait() == 130);
  CHECK_THAT(process.output(), Catch::Contains("interrupted"));
  CHECK(project({"cache", "verify"}).status == 0);
  const auto run = project.run();
  CHECK(run.status == 0);
  CHECK(project.executions("slow goes on") == 1);
}

TEST_CASE("Ctrl-C is heard while a large file is read") {
  const Project project("  f: {use: toy.read, with: {path: data.bin}}\n");
  project.write("data.bin", "");
  fs::resize_file(project / "data.bin", std::uintmax_t{1} << 42);  // an hour of reading
  auto process = project.start({"run", "p.yaml"});
  REQUIRE(testing::in_time([&] { return fs::exists(project / "runs/p"); }));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  process.signal(SIGINT);
  CHECK(process.wait() == 130);
  CHECK_THAT(process.output(), Catch::Contains("interrupted"));
  CHECK(project.executions("read") == 0);
}

TEST_CASE("Two runs at once on one cache compute each action once") {
  const Project project(
      "  a: {use: toy.slow, with: {steps: 20}}\n"
      "  b: {use: toy.slow, with: {steps: 21}, in: {x: a}}\n"
      "  n: {use: toy.numbers, with: {count: 1000}}\n"
      "  s: {use: toy.sum, in: {x: n}}\n");
  auto one = project.start({"run", "p.yaml"});
  auto two = project.start({"run", "p.yaml"});
  auto three = project.start({"run", "p.yaml"});
  CHECK(one.wait() == 0);
  CHECK(two.wait() == 0);
  CHECK(three.wait() == 0);
  CHECK(project.executions("slow") == 2);
  CHECK(project.executions("numbers") == 1);
  CHECK(project.executions("sum") == 1);
}

TEST_CASE("A run killed at any moment loses no finished stage and leaves a clean cache") {
  const Project project(
      "  n: {use: toy.numbers, with: {count: 1000}}\n"
      "  r: {use: toy.round, in: {x: n}}\n"
      "  a: {use: toy.slow, with: {steps: 10, milliseconds: 2}, in: {x: r}}\n"
      "  b: {use: toy.slow, with: {steps: 11, milliseconds: 2}, in: {x: a}}\n"
      "  s: {use: toy.sum, in: {x: r}}\n");
  std::map<std::string, std::string> keys;
  for (int kill = 0; kill < 12; ++kill) {
    auto process = project.start({"run", "p.yaml", "--json"});
    REQUIRE(testing::in_time([&] { return fs::exists(project / ".pipeline/format.json"); }));
    std::this_thread::sleep_for(std::chrono::milliseconds(7 * kill));
    process.signal(SIGKILL);
    process.wait();
    CHECK(project({"cache", "verify"}).status == 0);
  }
  const auto last = project.run();
  CHECK(last.status == 0);
  CHECK(last.finished("s").at("key").as_string().size() == 64);
  CHECK(project({"cache", "verify"}).status == 0);
  CHECK(project.run().count("ran") == 0);
  // The same keys, and the same digests below them, as a run that nobody killed.
  const Project calm(project.read("p.yaml").substr(8));
  CHECK(calm.run().finished("b").at("key") == last.finished("b").at("key"));
}

TEST_CASE("A file that changes while a run is under way gives no result under the old key") {
  const Project project(
      "  hold: {use: toy.slow, with: {steps: 40, milliseconds: 10}}\n"
      "  f: {use: toy.read, with: {path: data.txt}}\n");
  project.write("data.txt", "AAA");
  fs::last_write_time(project / "data.txt",
                      fs::file_time_type::clock::now() - std::chrono::hours(1));
  auto process = project.start({"run", "p.yaml", "--jobs", "1", "--json"});
  wait_for(project, "log", "slow");
  // The file may be read beside the first stage: both keys have been made once both are reached.
  const auto reached = [&] {
    std::uintmax_t bytes = 0;
    for (const auto& entry : fs::recursive_directory_iterator(project / ".pipeline/runs"))
      if (entry.path().extension() == ".keys") bytes += entry.file_size();
    return bytes;
  };
  constexpr std::uintmax_t kTwoKeys = 2 * 65;
  REQUIRE(testing::in_time([&] { return reached() == kTwoKeys; }));
  project.write("data.txt", "BBB");
  CHECK(process.wait() == 1);
  CHECK_THAT(process.output(), Catch::Contains("was changed while the run was under way"));
  CHECK(project.run().state("f") == "ran");
  project.write("data.txt", "AAA");
  CHECK(project.run().state("f") == "ran");
}

TEST_CASE("A limit to the size of files fails the stage that meets it, with a reason") {
  const Project project("  n: {use: toy.numbers, with: {count: 1000000}}\n");
  const auto ran =
      pipeline::testing::run_program({"/bin/sh", "-c", "ulimit -f 512; exec \"$0\" run p.yaml",
                                      pipeline::testing::pipeline_binary()},
                                     project / "", project.environment());
  CHECK(ran.status == 1);
  CHECK_THAT(ran.out, Catch::Contains("File too large; files may not become so large here"));
  CHECK(project.run().state("n") == "ran");
}

TEST_CASE("Two stages that are the same action run once") {
  const Project project(
      "  a: {use: toy.slow, with: {steps: 20}}\n  b: {use: toy.slow, with: {steps: 20}}\n");
  const auto run = project.run({"--jobs", "4"});
  CHECK(run.count("ran") == 1);
  CHECK(run.count("cached") == 1);
  CHECK(project.executions("slow") == 1);
}

TEST_CASE("With --fail-fast nothing starts after a failure") {
  const Project project("  w: {use: toy.wrong}\n  n: {use: toy.numbers}\n");
  const auto run = project.run({"--jobs", "1", "--fail-fast"});
  CHECK(run.status == 1);
  CHECK(project.executions("wrong") + project.executions("numbers") ==
        (run.state("n") == "ran" ? 2 : 1));
  CHECK(run.events.back().at("ok") == Value(false));
  CHECK(project({"run", "p.yaml", "--fail-fast", "--keep-going"}).status == 2);
}

TEST_CASE("Exports that cannot be written are told before the work, or fail the run but no stage") {
  const Project project(kThree);
  project.write("file", "");
  CHECK(project({"run", "p.yaml", "--out", "file"}).status == 2);
  CHECK(project.executions("numbers") == 0);
  project.write("out/latest/occupied", "");
  const auto run = project.run({"--out", "out"});
  CHECK(run.status == 1);
  CHECK(run.count("ran") == 3);
  CHECK(run.events.back().at("problems").as_list().size() == 1);
  for (const auto& entry : fs::directory_iterator(project / "out"))
    CHECK_FALSE(entry.is_symlink());  // what was to become `latest`
}

TEST_CASE("plan and run agree about a result whose file is gone") {
  const Project project(
      kThree +
      "  t: {use: toy.round, in: {x: n}, with: {step: 2}}\n  u: {use: toy.round, in: {x: t}}\n");
  const auto first = project.run();
  for (const char* stage : {"s", "t"})
    fs::remove(project / first.finished(stage).at("output").as_string());
  const Value plan = Value::parse_json(project({"plan", "p.yaml", "--json"}).out);
  const auto run = project.run();
  for (const Value& stage : plan.as_list()) {
    INFO(stage.at("stage").as_string());
    CHECK((stage.at("action") == Value("run")) ==
          (run.state(stage.at("stage").as_string()) == "ran"));
  }
  CHECK(run.state("s") == "ran");     // its scalar is exported
  CHECK(run.state("t") == "cached");  // nobody needs its bytes
  CHECK(run.finished("t").at("output") == Value(""));
}
