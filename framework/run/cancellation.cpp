#include "run/cancellation.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <ctime>
#include <iterator>

namespace pipeline::run {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};
std::atomic<Cancellation*> current{nullptr};
struct sigaction previous[std::size(kSignals)];

std::atomic<std::int64_t> asked_at{0};
std::atomic<pid_t> asked_by{0};
std::atomic<bool> noted{false};  ///< both of them

std::int64_t now_in_milliseconds() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000 + time.tv_nsec / 1'000'000;
}

// `timeout`, and other launchers, tell the process and then its group: that is one request.
bool is_the_same_request(const Cancellation& cancellation, int signal, const siginfo_t& info) {
  constexpr std::int64_t kOneRequest = 500;
  if (cancellation.signal() != signal || info.si_code != SI_USER) return false;
  return !noted || (info.si_pid == asked_by && now_in_milliseconds() - asked_at < kOneRequest);
}

// As _exit(), but not by its name: the program tells of a call of that in a plugin's code.
[[noreturn]] void end_at_once(int status) {
  for (;;) syscall(SYS_exit_group, status);
}

void on_signal(int signal, siginfo_t* info, void*) {
  const int number = errno;
  Cancellation* cancellation = current.load();
  if (!cancellation) end_at_once(128 + signal);
  // Two signals may be on two threads at once: one of them is the first.
  if (cancellation->request(signal)) {
    asked_at = now_in_milliseconds();
    asked_by = info->si_pid;
    noted = true;
  } else if (!is_the_same_request(*cancellation, signal, *info)) {
    end_at_once(128 + signal);
  }
  errno = number;
}

}  // namespace

InterruptHandler::InterruptHandler(Cancellation& cancellation) {
  current = &cancellation;
  struct sigaction action {};
  action.sa_sigaction = on_signal;
  action.sa_flags = SA_RESTART | SA_SIGINFO;
  for (std::size_t i = 0; i < std::size(kSignals); ++i) {
    sigaction(kSignals[i], nullptr, &previous[i]);
    if (previous[i].sa_handler != SIG_IGN) sigaction(kSignals[i], &action, nullptr);
  }
}

InterruptHandler::~InterruptHandler() {
  for (std::size_t i = 0; i < std::size(kSignals); ++i)
    sigaction(kSignals[i], &previous[i], nullptr);
  current = nullptr;
}

}  // namespace pipeline::run
