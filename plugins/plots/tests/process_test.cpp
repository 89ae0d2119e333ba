#include "process.h"

#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "pipeline/error.h"
#include "support.h"

using plots::Command;
using plots::Finished;
using plots::run_command;
using namespace std::chrono_literals;

namespace {

Command shell(const std::string& script) {
  Command command;
  command.arguments = {"/bin/sh", "-c", script};
  return command;
}

bool has_children() { return waitpid(-1, nullptr, WNOHANG) >= 0 || errno != ECHILD; }

/// Whether a process that is no child of this one is gone, or will be within 10 s.
bool ends(int pid) {
  for (int i = 0; i < 1000; ++i) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/stat");
    std::string number, name, state;
    if (!(status >> number >> name >> state) || state == "Z") return true;
    usleep(10000);
  }
  return false;
}

int open_descriptors() {
  int n = 0;
  DIR* folder = opendir("/proc/self/fd");
  while (readdir(folder)) ++n;
  closedir(folder);
  return n;
}

}  // namespace

TEST_CASE("a program's output, errors and status come back") {
  const Finished finished = run_command(shell("echo out; echo problem >&2; exit 7"));
  CHECK(finished.how == Finished::How::exited);
  CHECK(finished.code == 7);
  CHECK(finished.out == "out\n");
  CHECK(finished.errors == "problem\n");
}

TEST_CASE("a program reads files in memory by name, as often as it likes") {
  const std::string large(3'000'000, 'x');
  Command command = shell("cat " + plots::file_name(1) + " " + plots::file_name(0) + " " +
                          plots::file_name(1) + " | wc -c; cat " + plots::file_name(1));
  command.files = {large, "second"};
  const Finished finished = run_command(command);
  CHECK(finished.out == "3000012\nsecond");
}

TEST_CASE("arguments reach a program as they are, without a shell") {
  Command command;
  command.arguments = {"/usr/bin/printf", "%s", "$(touch x) `id` 'a' \"b\" ; *"};
  CHECK(run_command(command).out == "$(touch x) `id` 'a' \"b\" ; *");
}

TEST_CASE("much output on both streams at once does not block a program") {
  const Finished finished =
      run_command(shell("head -c 2000000 /dev/zero >&2 & head -c 2000000 /dev/zero; wait"));
  CHECK(finished.code == 0);
  CHECK(finished.out.size() == 2'000'000);
  CHECK(finished.errors.size() == 64 << 10);
}

TEST_CASE("a program that is not there is told apart from one that fails") {
  Command command;
  command.arguments = {"no-such-program-anywhere"};
  CHECK(run_command(command).how == Finished::How::not_found);
}

TEST_CASE("a program that is killed is reported with the signal") {
  const Finished finished = run_command(shell("kill -9 $$"));
  CHECK(finished.how == Finished::How::killed);
  CHECK(finished.code == 9);
}

TEST_CASE("a program that takes too long is killed, with its children, and waited for") {
  const auto start = std::chrono::steady_clock::now();
  SECTION("while it holds its streams") {
    Folder folder;
    const std::filesystem::path file = folder.path() / "child";
    Command command = shell("sleep 60 & echo $! > " + file.string() + "; sleep 60");
    command.time_limit = 500ms;
    CHECK(run_command(command).how == Finished::How::timed_out);
    int child = 0;
    std::ifstream(file) >> child;
    REQUIRE(child > 0);
    CHECK(ends(child));
  }
  SECTION("after it has closed them") {
    Command command = shell("exec >&- 2>&-; sleep 60");
    command.time_limit = 200ms;
    CHECK(run_command(command).how == Finished::How::timed_out);
  }
  CHECK(std::chrono::steady_clock::now() - start < 20s);
  CHECK_FALSE(has_children());
}

TEST_CASE("time in which this process was stopped is not counted") {
  // A clock that jumps by an hour once, as it does for a process that goes on after Ctrl-Z.
  auto now = std::chrono::steady_clock::time_point();
  int asked = 0;
  Command command = shell("read line < " + plots::file_name(0) + "; echo \"$line\"");
  command.files = {"done\n"};
  command.time_limit = 500ms;
  command.now = [&] { return now += ++asked == 2 ? std::chrono::hours(1) : 0h; };
  const Finished finished = run_command(command);
  CHECK(asked >= 2);
  CHECK(finished.how == Finished::How::exited);
  CHECK(finished.out == "done\n");
}

TEST_CASE("time in which this process waited is counted") {
  auto now = std::chrono::steady_clock::time_point();
  Command command = shell("exec >&- 2>&-; sleep 60");
  command.time_limit = 1s;
  int asked = 0;
  command.now = [&] { return ++asked, now += 1s; };
  CHECK(run_command(command).how == Finished::How::timed_out);
  CHECK(asked == 1000 / 50 + 2);
}

TEST_CASE("a run that is stopped ends the program at once and leaves no zombie") {
  Command command = shell("sleep 60");
  int asked = 0;
  command.check_cancelled = [&] {
    if (++asked > 2) throw pipeline::Cancelled();
  };
  const auto start = std::chrono::steady_clock::now();
  CHECK_THROWS_AS(run_command(command), pipeline::Cancelled);
  CHECK(std::chrono::steady_clock::now() - start < 20s);
  CHECK_FALSE(has_children());
}

TEST_CASE("no descriptor stays open, and a program inherits none but its own") {
  const int before = open_descriptors();
  Command command;
  command.arguments = {"/bin/ls", "-l", "/proc/self/fd"};
  const std::string without = run_command(command).out;
  command.files = {"a", "b"};
  const std::string with = run_command(command).out;
  CHECK(count(with, "/memfd:") == count(without, "/memfd:") + 2);
  CHECK(count(with, "pipe:") == count(without, "pipe:"));
  command.arguments = {"no-such-program-anywhere"};
  run_command(command);
  CHECK(open_descriptors() == before);
}

TEST_CASE("variables are dropped by prefix and set anew") {
  Variable variable("GNUPLOT_LIB", "/somewhere");
  Command command = shell("echo \"$GNUPLOT_LIB|$LC_ALL\"");
  CHECK(run_command(command).out.substr(0, 11) == "/somewhere|");
  command.drop_variables = {"GNUPLOT", "LC_"};
  command.variables = {"LC_ALL=C.UTF-8"};
  CHECK(run_command(command).out == "|C.UTF-8\n");
}
