// `pipeline run` on a terminal.
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "contract/project.h"

using namespace pipeline;
using pipeline::testing::pipeline_binary;
using pipeline::testing::Project;

namespace {

/// `pipeline run p.yaml` as the foreground process of a terminal.
class Terminal {
 public:
  explicit Terminal(const Project& project) {
    winsize size{24, 100, 0, 0};
    pid_ = forkpty(&terminal_, nullptr, nullptr, &size);
    REQUIRE(pid_ >= 0);
    if (pid_ > 0) return;
    for (const auto& [name, value] : project.environment()) setenv(name.c_str(), value.c_str(), 1);
    if (chdir((project / "").c_str()) == 0)
      execl(pipeline_binary().c_str(), "pipeline", "run", "p.yaml", nullptr);
    _exit(127);
  }
  ~Terminal() {
    if (pid_ > 0) kill(pid_, SIGKILL), wait();
    close(terminal_);
  }

  pid_t pid() const { return pid_; }
  void type(char key) const { REQUIRE(write(terminal_, &key, 1) == 1); }
  void resize(unsigned short columns) const {
    winsize size{24, columns, 0, 0};
    REQUIRE(ioctl(terminal_, TIOCSWINSZ, &size) == 0);
  }
  /// What it has written, up to a text (or the end), which has twenty seconds to come; without one
  /// what is there at once.
  std::string read_until(const std::string& text = "") const {
    std::string found;
    char bytes[4096];
    pollfd ready{terminal_, POLLIN, 0};
    while (text.empty() || found.find(text) == std::string::npos) {
      if (poll(&ready, 1, text.empty() ? 0 : 20000) <= 0) break;
      const ssize_t n = read(terminal_, bytes, sizeof bytes);
      if (n <= 0) break;
      found.append(bytes, std::size_t(n));
    }
    return found;
  }
  int wait() {
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
    return WEXITSTATUS(status);
  }

 private:
  int terminal_ = -1;
  pid_t pid_ = -1;
};

const std::string kErasing = "F\033[J";

}  // namespace

TEST_CASE("Bars on a terminal are drawn in place, anew after a stop, and no wider than it") {
  const Project project("  slow: {use: toy.slow, with: {steps: 4000, milliseconds: 5}}\n");
  Terminal terminal(project);
  const std::string bar = "  slow             ░░░░";
  CHECK_THAT(terminal.read_until(bar) + terminal.read_until(bar), Catch::Contains(kErasing));

  kill(terminal.pid(), SIGSTOP);
  waitpid(terminal.pid(), nullptr, WUNTRACED);
  terminal.read_until();
  kill(terminal.pid(), SIGCONT);
  const std::string drawn = terminal.read_until("stages");
  REQUIRE_THAT(drawn, Catch::Contains(bar));
  CHECK_THAT(drawn.substr(0, drawn.find(bar)), !Catch::Contains(kErasing));

  terminal.resize(20);
  const std::string narrow = kErasing + bar.substr(0, 19) + "\r\n";
  CHECK_THAT(terminal.read_until(narrow), Catch::Contains(narrow));

  terminal.type('\003');  // Ctrl-C
  CHECK_THAT(terminal.read_until("interrupted; the same"),
             Catch::Contains("interrupted; the same"));
  CHECK(terminal.wait() == 130);
}
