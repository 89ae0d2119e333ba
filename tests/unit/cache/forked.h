#pragma once
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <stdexcept>

namespace pipeline::cache::testing {

/// A copy of this process that does one thing: exit status 0 where that returns true, 1 where it
/// returns false, 2 where it throws.
class Forked {
 public:
  template <class Work>
  explicit Forked(Work work) : pid_(fork()) {
    if (pid_ < 0) throw std::runtime_error("cannot fork");
    if (pid_ > 0) return;
    try {
      _exit(work() ? 0 : 1);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "a forked process threw: %s\n", error.what());
      _exit(2);
    }
  }
  ~Forked() {
    if (pid_ > 0) kill_and_wait();
  }
  Forked(const Forked&) = delete;
  Forked& operator=(const Forked&) = delete;

  void kill_and_wait() {
    kill(pid_, SIGKILL);
    wait();
  }
  /// The exit status, or 128 + the signal that ended it.
  int wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_;
};

/// One byte from a child to its parent: "I am there now".
class Pipe {
 public:
  Pipe() {
    if (pipe(ends_) != 0) throw std::runtime_error("cannot make a pipe");
  }
  ~Pipe() { close(ends_[0]), close(ends_[1]); }
  void send(char byte = '.') const {
    if (write(ends_[1], &byte, 1) != 1) throw std::runtime_error("cannot write to a pipe");
  }
  char receive() const {
    char byte = 0;
    if (read(ends_[0], &byte, 1) != 1) throw std::runtime_error("cannot read from a pipe");
    return byte;
  }

 private:
  int ends_[2];
};

}  // namespace pipeline::cache::testing
