#include "run/captured_output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <system_error>

#include "pipeline/error.h"
#include "run/running_stages.h"

namespace pipeline::run {
namespace {

std::atomic<CapturedOutput*> current{nullptr};

int valid(int fd) {
  if (fd < 0)
    throw Error(fmt::format("cannot take over the output of the stages: {}", std::strerror(errno)));
  return fd;
}

int waiting_in(int pipe) {
  int bytes = 0;
  return ioctl(pipe, FIONREAD, &bytes) == 0 ? bytes : 0;
}

}  // namespace

CapturedOutput::CapturedOutput(Observer& observer, LostFiles lost_files)
    : observer_(observer), lost_files_(lost_files) {
  int ends[2];
  valid(pipe2(ends, O_CLOEXEC));
  for (const int i : {0, 1}) pipe_[i] = OwnFile(ends[i]);
  stop_ = valid(eventfd(0, EFD_CLOEXEC));
  real_errors_ = valid(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3));
  nowhere_ = valid(open("/dev/null", O_WRONLY | O_CLOEXEC));
  try {
    reader_ = std::thread([this] { read_on(); });
  } catch (const std::system_error&) {
    return;
  }
  std::cout.flush();
  std::fflush(stdout);
  // A line of the log as soon as it is printed, whatever the C library thinks of pipes.
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  for (const int i : {0, 1}) dup2(pipe_[1].fd(), STDOUT_FILENO + i);
  current = this;
}

CapturedOutput::~CapturedOutput() {
  std::cout.flush();  // for a plugin that has parted it from stdout
  take_printed(true);
  current = nullptr;
  if (reader_.joinable()) give_back();
  else close(pipe_[0].fd());
  for (const int fd : {real_errors_, nowhere_, pipe_[1].fd(), stop_}) close(fd);
}

// Threads that stages have left behind may go on printing, and destructors print: it belongs to no
// stage, and must neither follow the report nor fail.
void CapturedOutput::give_back() {
  dup2(nowhere_, STDOUT_FILENO);
  dup2(real_errors_, STDERR_FILENO);
  // Until here it is read, so that nobody is held up in a write to a pipe that is full.
  std::fflush(stdout);
  std::clearerr(stdout);
  eventfd_write(stop_, 1);
  reader_.join();
  close(pipe_[0].fd());
}

bool CapturedOutput::idle() const { return !busy_ && waiting_in(pipe_[0].fd()) == 0; }

void CapturedOutput::take_printed(bool end_line) {
  CapturedOutput* captured = current;
  if (!captured) return;
  require_files();
  std::fflush(stdout);
  captured->take(end_line);
  // A stage may have closed them; the next file to be opened would get what is printed.
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(fd, F_GETFD) < 0) dup2(captured->pipe_[1].fd(), fd);
}

void CapturedOutput::require_files() {
  const CapturedOutput* captured = current;
  if (captured && !captured->has_files()) captured->lost_files_();
}

void CapturedOutput::read_on() {
  pollfd waits[2] = {{pipe_[0].fd(), POLLIN, 0}, {stop_, POLLIN, 0}};
  while (!waits[1].revents) {
    if (poll(waits, 2, -1) <= 0 || !waits[0].revents) continue;
    if (!has_files()) return;  // which is told when the stage that closed them ends
    take(false);
  }
}

// No more than there is at the beginning: others may go on printing for ever.
void CapturedOutput::take(bool end_line) {
  const std::lock_guard guard(mutex_);
  const auto sink = [this](const std::string& line) { log_of_running(line, observer_); };
  busy_ = true;
  char buffer[65536];
  for (int left = waiting_in(pipe_[0].fd()); left > 0;) {
    const ssize_t n = read(pipe_[0].fd(), buffer, std::min(std::size_t(left), sizeof buffer));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    left -= int(n);
    lines_.add({buffer, std::size_t(n)}, sink);
  }
  if (end_line) lines_.end(sink);
  busy_ = false;
}

}  // namespace pipeline::run
