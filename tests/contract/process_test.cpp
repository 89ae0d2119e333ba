// What a run does when its stages, or its plugins, end, move or use the process that they share.
#include <signal.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "contract/project.h"
#include "support/sanitizer.h"

using namespace pipeline;
using pipeline::testing::kSanitized;  // a sanitizer tells of faults itself
using pipeline::testing::pipeline_binary;
using pipeline::testing::Project;
using pipeline::testing::Ran;
using pipeline::testing::run_program;
using pipeline::testing::test_plugin;
namespace fs = std::filesystem;

namespace {

Project rogue(const std::string& stages) { return Project(stages, {"toys", "rogues"}); }

std::string stage(const std::string& name, const std::string& component, const std::string& with) {
  return "  " + name + ": {use: rogue." + component + ", with: {" + with + "}}\n";
}

Value last_event(const testing::RunEvents& run) {
  return run.events.empty() ? Value() : run.events.back();
}

/// The lines that were told as printed by the one stage that ran.
std::vector<std::string> lines_of(const testing::RunEvents& run, const std::string& stage) {
  std::vector<std::string> lines;
  for (const Value& event : run.events)
    if (event.get("event") == Value("stage_log") && event.at("stage") == Value(stage))
      lines.push_back(event.at("line").as_string());
  return lines;
}

const std::string kOverflow =
    " crashed (segmentation fault, SIGSEGV; it looks like a stack overflow: too deep a recursion, "
    "or too large an array on the stack)";
const std::string kGoesOn = "; the same command goes on with what has finished";

}  // namespace

TEST_CASE("A stage that ends the process is named, and the status is never 0") {
  struct Way {
    std::string how;
    int status;
    std::string what;
    bool fault = false;  // of the kind that sanitizers catch
  };
  const std::string abort = " crashed (abort, SIGABRT)";
  const std::string fault = " crashed (segmentation fault, SIGSEGV)";
  const Way way = GENERATE_COPY(
      values<Way>({{"exit", 1, " called exit()"},
                   {"quick_exit", 1, " called exit()"},
                   {"_exit", 1, " called _exit()"},
                   {"_Exit", 1, " called _Exit()"},
                   {"pthread_exit", 128 + SIGABRT, abort},
                   {"terminate", 128 + SIGABRT, abort},
                   {"abort", 128 + SIGABRT, abort},
                   {"'null'", 128 + SIGSEGV, fault, true},
                   {"overflow", 128 + SIGSEGV, kOverflow, true},
                   {"divide", 128 + SIGFPE,
                    " crashed (arithmetic error such as a division by zero, SIGFPE)", true},
                   {"raise", 128 + SIGUSR1, " crashed (SIGUSR1)"}}));
  if (way.fault && kSanitized) return;
  INFO(way.how);
  const Project project = rogue(stage("a", "fatal", "how: " + way.how));
  const std::string message = "stage 'a' (rogue.fatal)" + way.what + kGoesOn;
  const auto run = project.run();
  CHECK(run.status == way.status);
  CHECK(run.err == "error: " + message + "\n");
  CHECK(last_event(run) ==
        Value(Value::Map{
            {"event", "run_aborted"},
            {"message", message},
            {"stages", Value::List{Value::Map{{"component", "rogue.fatal"}, {"stage", "a"}}}}}));
  const Ran text = project({"run", "p.yaml"});
  CHECK(text.status == way.status);
  CHECK(text.err == "error: " + message + "\n");
}

TEST_CASE("A child process ends, and closes its files, as it likes") {
  const std::string how = GENERATE("_exit in a child", "closefrom in a child");
  INFO(how);
  const auto run = rogue(stage("a", "fatal", "how: " + how)).run();
  CHECK(run.status == 0);
  CHECK(run.err == "");
}

TEST_CASE("A stage whose stack overflows on another thread is named") {
  if (kSanitized) return;
  const std::string how = GENERATE("overflow on a thread", "overflow on a thread of TBB");
  INFO(how);
  const Ran ran = rogue(stage("a", "fatal", "how: " + how))({"run", "p.yaml"});
  CHECK(ran.status == 128 + SIGSEGV);
  CHECK(ran.err ==
        "error: the program" + kOverflow + " while stage 'a' (rogue.fatal) ran" + kGoesOn + "\n");
}

TEST_CASE("A stage that would close the program's files is stopped, and named") {
  const std::string how = GENERATE("closefrom", "close_range");
  const Project project = rogue(stage("a", "fatal", "how: " + how));
  const std::string message =
      "stage 'a' (rogue.fatal) called " + how + "() on files that the program had open" + kGoesOn;
  const auto run = project.run();
  CHECK(run.status == 1);
  CHECK(run.err == "error: " + message + "\n");
  CHECK(last_event(run).get("message") == Value(message));
}

TEST_CASE("A stage may close what it has opened") {
  CHECK(rogue(stage("a", "fatal", "how: close one that was its own")).run().status == 0);
}

TEST_CASE("A stage that has closed the program's files ends the run, and nothing is written") {
  const std::string how = GENERATE("close all", "close all but the standard files",
                                   "close all and fail", "close all and open others");
  INFO(how);
  const Project project = rogue("  n: {use: toy.numbers}\n" + stage("a", "fatal", "how: " + how) +
                                "  m: {use: toy.numbers, with: {count: 7}}\n");
  const std::string jobs = GENERATE("1", "3");
  INFO("--jobs " << jobs);
  CHECK(project.run({"--jobs", jobs}).status == 1);
  for (int i = 0; i < 40; ++i) {
    const fs::path taken = project / ("taken" + std::to_string(i));
    if (fs::exists(taken)) CHECK(fs::file_size(taken) == 0);
  }
  CHECK(project({"cache", "verify"}).status == 0);
  CHECK(project({"run", "p.yaml", "a.how=none"}).status == 0);
}

TEST_CASE("A stage that has closed the program's files is named on a terminal, or in a file") {
  const std::string how = GENERATE("close all", "close all but the standard files");
  const Project project = rogue(stage("a", "fatal", "how: " + how));
  const Ran ran =
      run_program({"bash", "-c", "\"$0\" run p.yaml 2>> errors", testing::pipeline_binary()},
                  project / "", project.environment());
  CHECK(ran.status == 1);
  CHECK(project.read("errors") ==
        "error: stage 'a' (rogue.fatal) closed files that the program had open; code may close "
        "what it has opened itself" +
            kGoesOn + "\n");
}

TEST_CASE("A signal that comes from elsewhere is no crash of the stage that it meets") {
  const auto [how, signal, name] = GENERATE(table<std::string, int, std::string>(
      {{"timer", SIGALRM, "SIGALRM"}, {"child's signal", SIGUSR1, "SIGUSR1"}}));
  const Project project = rogue(stage("a", "fatal", "how: \"" + how + "\""));
  const Ran ran = project({"run", "p.yaml"});
  CHECK(ran.status == 128 + signal);
  CHECK(ran.err == "error: the program was ended by a signal (" + name +
                       ") while stage 'a' (rogue.fatal) ran" + kGoesOn + "\n");
}

TEST_CASE("What a stage printed before it crashed is told first") {
  const Project project = rogue(stage("a", "fatal", "how: assert"));
  const auto run = project.run();
  CHECK(lines_of(run, "a") == std::vector<std::string>{"toy: Assertion `x > 0' failed."});
  CHECK(last_event(run).get("event") == Value("run_aborted"));
}

TEST_CASE("On a thread that is no stage's, those that run are named") {
  const Project one = rogue(stage("a", "fatal", "how: exit on a thread"));
  CHECK(one({"run", "p.yaml"}).err ==
        "error: the program called exit() while stage 'a' (rogue.fatal) ran" + kGoesOn + "\n");
  const Project two = rogue(stage("a", "fatal", "how: exit on a thread, when: ready") +
                            stage("b", "chatty", "ready: ready, when: never"));
  const auto run = two.run({"--jobs", "2"});
  CHECK(run.status == 1);
  CHECK_THAT(run.err, Catch::Contains("stage 'a' (rogue.fatal)") &&
                          Catch::Contains("stage 'b' (rogue.chatty)") &&
                          Catch::Contains(" ran; --jobs 1 tells which it was"));
  CHECK(last_event(run).at("stages").as_list().size() == 2);
}

TEST_CASE("However many stages run, the last event is whole") {
  std::string stages = stage("a", "fatal", "how: exit on a thread, when: b59");
  for (int i = 0; i < 60; ++i) {
    const std::string name = std::string("b").append(std::to_string(i));
    stages += stage(name + std::string(200, '_'), "chatty", "ready: " + name + ", when: never");
  }
  const auto run = rogue(stages).run({"--jobs", "61"});
  CHECK(run.status == 1);
  CHECK_THAT(run.err, Catch::Contains(" and others ran; --jobs 1 tells which it was"));
  CHECK(last_event(run).at("event") == Value("run_aborted"));
  CHECK(last_event(run).at("stages").as_list().size() > 8);
}

TEST_CASE("A stage that ends the process while it is checked is named by every command") {
  const std::string command = GENERATE("run", "plan", "status", "graph");
  const Project exits = rogue(stage("a", "fatal", "how: exit in preflight"));
  const Ran ran = exits({command, "p.yaml"});
  CHECK(ran.status == 2);
  CHECK(ran.err == "error: stage 'a' (rogue.fatal) called exit() while it was checked\n");
  if (kSanitized) return;
  const Project crashes = rogue(stage("a", "fatal", "how: crash in preflight"));
  CHECK(crashes({command, "p.yaml"}).err ==
        "error: stage 'a' (rogue.fatal) crashed (segmentation fault, SIGSEGV) while it was "
        "checked\n");
}

TEST_CASE("A plugin that ends the process while it is loaded is named by every command") {
  const Project project("  n: {use: toy.numbers}\n");
  const std::vector<std::string> command = GENERATE(values<std::vector<std::string>>(
      {{"run", "p.yaml"}, {"plan", "p.yaml"}, {"plugins"}, {"schema"}, {"describe"}}));
  std::vector<std::string> words = command;
  words.insert(words.begin(), pipeline_binary());
  auto environment = project.environment();
  environment["PIPELINE_PLUGIN_PATH"] += test_plugin("fatal_when_loaded").string();
  const std::string plugin =
      "plugin '" + (test_plugin("fatal_when_loaded") / "fatal_when_loaded.so").string() + "'";
  const std::string advice =
      " while it was loaded; take its folder out of PIPELINE_PLUGIN_PATH, or mend the plugin and "
      "build it again\n";
  environment["FATAL_WHEN_LOADED"] = "exit";
  const Ran exited = run_program(words, project / "", environment);
  CHECK(exited.status == 2);
  CHECK(exited.out == "");
  CHECK(exited.err == "error: " + plugin + " called exit()" + advice);
  if (kSanitized) return;
  environment["FATAL_WHEN_LOADED"] = "crash";
  const Ran crashed = run_program(words, project / "", environment);
  CHECK(crashed.status == 128 + SIGSEGV);
  CHECK(crashed.err == "error: " + plugin + " crashed (segmentation fault, SIGSEGV)" + advice);
}

TEST_CASE("The last words move no terminal") {
  const Project project("");
  fs::create_directory_symlink(test_plugin("fatal_when_loaded"), project / "\xC2\x9B\033ü\xFF");
  const Ran ran =
      run_program({pipeline_binary(), "plugins"}, project / "",
                  {{"PIPELINE_PLUGIN_PATH", "\xC2\x9B\033ü\xFF"}, {"FATAL_WHEN_LOADED", "exit"}});
  CHECK_THAT(ran.err,
             Catch::StartsWith("error: plugin '??ü?/fatal_when_loaded.so' called exit() while"));
}

TEST_CASE("A stage that goes to another folder takes nothing along") {
  const Project project("  n: {use: toy.numbers}\n", {"toys", "rogues"});
  fs::create_directory(project / "elsewhere");
  const std::string to = (project / "elsewhere").string();
  project.write("p.yaml", "stages:\n" + stage("a", "mover", "to: '" + to + "'") +
                              "  n: {use: toy.sum, in: {x: m}}\n  m: {use: toy.numbers}\n");
  const Ran ran = project({"run", "p.yaml", "--cache", "a/cache", "--jobs", "1"});
  CHECK(ran.status == 0);
  CHECK_THAT(ran.out, Catch::Contains("\nfigures and texts: runs/p/"));
  CHECK(project.read("runs/p/latest/a.txt") == "a text\n");
  CHECK(fs::is_directory(project / "a/cache/objects"));
  CHECK(fs::is_empty(project / "elsewhere"));
}

TEST_CASE("A plugin that goes to another folder while it is loaded takes nothing along") {
  const Project project("  n: {use: toy.numbers}\n");
  fs::create_directory_symlink(test_plugin("fatal_when_loaded"), project / "1");
  fs::create_directory_symlink(test_plugin("toys"), project / "2");
  const Ran ran = run_program({pipeline_binary(), "run", "p.yaml"}, project / "",
                              {{"PIPELINE_PLUGIN_PATH", "1:2"}, {"FATAL_WHEN_LOADED", "move"}});
  CHECK(ran.err == "");
  CHECK(ran.status == 0);
  CHECK(fs::is_directory(project / ".pipeline/objects"));
}

TEST_CASE("Messages name paths as the command does") {
  const Project project("  n: {use: toy.numbers}\n");
  project.write("file", "");
  CHECK_THAT(project({"run", "p.yaml", "--out", "file"}).err,
             Catch::StartsWith("error: cannot write exports to 'file': "));
  CHECK_THAT(project({"run", "p.yaml", "--out",
                      "../" + fs::path(project / "").parent_path().filename().string() + "/file"})
                 .err,
             Catch::StartsWith("error: cannot write exports to '../"));
  CHECK_THAT(project({"run", "p.yaml", "--out", (project / "file").string()}).err,
             Catch::StartsWith("error: cannot write exports to '" + (project / "file").string()));
}

TEST_CASE("A working directory that is gone is told as that") {
  const Project project("");
  const std::string command = GENERATE("run p.yaml", "cache ls", "plan p.yaml", "schema");
  const Ran ran =
      run_program({"bash", "-c", "mkdir gone; cd gone; rmdir ../gone; exec \"$0\" " + command,
                   pipeline_binary()},
                  project / "", project.environment());
  CHECK(ran.status == 2);
  CHECK_THAT(ran.err, Catch::StartsWith("error: the working directory is gone"));
}

TEST_CASE("What a stage prints is a line of its log, however it prints") {
  const std::string how = GENERATE("C", "C++", "stderr", "write", "child");
  INFO(how);
  const Project project = rogue(stage("a", "chatty", "how: " + how + ", text: \"one\\ntwo\""));
  const auto run = project.run();
  CHECK(run.status == 0);
  CHECK(run.err == "");
  CHECK(lines_of(run, "a") == std::vector<std::string>{"one", "two"});
  CHECK(last_event(run).get("event") == Value("run_finished"));
}

TEST_CASE("For scripts, a line is what the stage printed") {
  const Project project = rogue("");
  const std::string line = "read " + (project / ".pipeline/objects").string();
  project.write("p.yaml", "stages:\n" + stage("a", "chatty", "text: \"" + line + "\\n\""));
  CHECK(lines_of(project.run(), "a") == std::vector<std::string>{line});
}

TEST_CASE("What a stage printed stands in the log of its failure") {
  const Project project = rogue(stage("a", "chatty", "how: fail, text: \"the\\treason\\n\""));
  CHECK_THAT(project({"run", "p.yaml"}).out,
             Catch::Contains("a: the\treason\n") &&
                 Catch::Contains("error: stage 'a': rogue.chatty: it failed\n"
                                 "  the end of its log:\n    the\treason\n"));
}

TEST_CASE("Of stages that run at once, any may have printed a line") {
  const Project project = rogue(stage("a", "chatty", "ready: a, when: b") +
                                stage("b", "chatty", "ready: b, when: a, times: 0"));
  const auto run = project.run({"--jobs", "2"});
  CHECK(run.status == 0);
  // The other may have ended by the time that the line is printed.
  int lines = int(lines_of(run, "a").size());
  for (const Value& event : run.events)
    if (event.get("event") == Value("printed")) {
      CHECK(event.at("line") == Value("a line"));
      CHECK(event.at("stages").as_list().size() == 2);
      ++lines;
    }
  CHECK(lines == 1);
}

TEST_CASE("A child process left behind holds up no run") {
  const Project project = rogue(stage("a", "chatty", "how: child left behind"));
  CHECK(project.run().status == 0);
  CHECK_FALSE(project.read("left_behind").empty());
  run_program({"bash", "-c", "kill $(cat left_behind)"}, project / "");
}

TEST_CASE("A thread left behind that prints for ever spoils neither the report nor the status") {
  const std::string how = GENERATE("thread left behind", "writing thread left behind");
  INFO(how);
  const Project project = rogue(stage("a", "chatty", "how: " + how));
  for (int threads = 1; threads <= 4; ++threads) {
    const auto run = project.run({"a.times=" + std::to_string(threads)});
    CHECK(run.status == 0);
    CHECK(run.err == "");
    CHECK(last_event(run).get("event") == Value("run_finished"));
  }
}

TEST_CASE("A stage that closes the process's output spoils nothing") {
  const Project project = rogue(stage("a", "chatty", "how: close"));
  CHECK(project.run().status == 0);
  CHECK(project({"cache", "verify"}).status == 0);
}
