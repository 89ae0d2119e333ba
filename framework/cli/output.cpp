#include "cli/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "cli/screen.h"
#include "pipeline/error.h"
#include "run/own_file.h"

namespace pipeline::cli {
namespace {

constexpr auto kTick = std::chrono::milliseconds(100);
constexpr int kPatience = 5;  // ticks
// What comes within it is written at once: to wake the thread takes longer than a small stage.
constexpr auto kCollect = std::chrono::milliseconds(5);
// Small, so that a slow reader can be told from one that does not read.
constexpr std::size_t kPiece = 4096;

// Counts the times that the process was stopped and went on.
std::atomic<unsigned> continued{0};
void on_continued(int) { continued.fetch_add(1, std::memory_order_relaxed); }

Screen::Size size_of(int terminal) {
  winsize found{};
  if (ioctl(terminal, TIOCGWINSZ, &found) != 0 || found.ws_col == 0 || found.ws_row == 0) return {};
  return {found.ws_col, found.ws_row};
}

// Of a terminal that is not this process's own, there is no saying who may draw on it.
bool in_foreground(int terminal) {
  const pid_t front = tcgetpgrp(terminal);
  return front < 0 || front == getpgrp();
}

}  // namespace

struct Output::State {
  explicit State(Notice given) : notice(std::move(given)) {}
  ~State() {
    if (file.is_there()) close(file.fd());
  }

  const Notice notice;
  run::OwnFile file;
  bool terminal = false;

  std::mutex mutex;
  std::condition_variable news;      ///< for the thread
  std::condition_variable finished;  ///< for finish()
  std::string waiting;
  std::size_t left_out = 0;
  std::optional<std::vector<std::string>> below;  ///< to be drawn
  bool ending = false, ended = false;
  bool threaded = true;
  bool listening = false;  ///< the thread, for news

  std::atomic<std::size_t> unwritten{0};  ///< bytes, of `waiting` and of what is being written
  std::atomic<bool> line_open{false}, failed{false};

  // Of the thread alone:
  Screen screen;
  Screen::Size size;
  std::vector<std::string> drawn;
  unsigned seen_continued = 0;

  void append(std::string_view text) {
    waiting += text;
    unwritten += text.size();
  }
  void tell_thread() {
    if (listening) news.notify_one();
  }
  void append_notice() {
    if (left_out > 0) append(notice(std::exchange(left_out, 0)));
  }
  /// Whether what stands on the terminal has to be drawn anew.
  bool disturbed() const {
    if (drawn.empty()) return false;
    const Screen::Size now = size_of(file.fd());
    return now.columns != size.columns || now.rows != size.rows || continued != seen_continued;
  }
  std::string take_text();
  void write_all(std::string_view text);
};

// With the mutex held.
std::string Output::State::take_text() {
  std::string text = std::exchange(waiting, {});
  if (!terminal) return text;
  if (below) drawn = *std::exchange(below, std::nullopt);
  size = size_of(file.fd());
  const bool foreground = in_foreground(file.fd());
  if (std::exchange(seen_continued, continued) != continued || !foreground) screen.forget();
  std::string drawing = screen.draw(text, foreground ? drawn : std::vector<std::string>(), size);
  unwritten += drawing.size() - text.size();
  return drawing;
}

void Output::State::write_all(std::string_view text) {
  while (!failed && !text.empty()) {
    if (!file.is_there()) {
      failed = true;
      break;
    }
    const ssize_t written = write(file.fd(), text.data(), std::min(text.size(), kPiece));
    if (written > 0) {
      line_open = text[std::size_t(written) - 1] != '\n';
      text.remove_prefix(std::size_t(written));
      unwritten -= std::size_t(written);
    } else if (errno == EAGAIN) {
      pollfd ready{file.fd(), POLLOUT, 0};
      poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      failed = true;
    }
  }
  unwritten -= text.size();
}

Output::Output(Notice notice) : state_(std::make_shared<State>(std::move(notice))) {
  const int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  if (fd < 0)
    throw Error(fmt::format("cannot duplicate standard output: {}", std::strerror(errno)));
  state_->file = run::OwnFile(fd);
  state_->terminal = isatty(fd);
  if (state_->terminal) {
    struct sigaction action {};
    action.sa_handler = on_continued;
    action.sa_flags = SA_RESTART;
    sigaction(SIGCONT, &action, nullptr);
  }
  try {
    std::thread([state = state_] { write_on(state); }).detach();
  } catch (const std::system_error&) {
    state_->threaded = false;
  }
}

Output::~Output() {
  if (!state_->ending) finish(run::Cancellation());
}

void Output::write_on(const std::shared_ptr<State>& state) {
  std::unique_lock lock(state->mutex);
  while (true) {
    const auto has_news = [&] { return !state->waiting.empty() || state->below || state->ending; };
    state->listening = true;
    if (state->terminal) state->news.wait_for(lock, kTick, has_news);
    else state->news.wait(lock, has_news);
    state->listening = false;
    if (state->ending) state->append_notice();
    if (!state->waiting.empty() || state->below || state->disturbed()) {
      const std::string text = state->take_text();
      lock.unlock();
      state->write_all(text);
      lock.lock();
      state->news.wait_for(lock, kCollect, [&] { return state->ending; });
    } else if (state->ending) {
      break;
    }
  }
  state->ended = true;
  state->finished.notify_all();
}

bool Output::is_terminal() const { return state_->terminal; }
std::size_t Output::rows() const { return size_of(state_->file.fd()).rows; }

void Output::print(std::string_view text, Worth worth) {
  const std::lock_guard lock(state_->mutex);
  if (state_->ending || state_->failed) return;
  if (state_->unwritten > std::size_t(worth)) {
    ++state_->left_out;
    return;
  }
  if (worth != Worth::progress) state_->append_notice();
  state_->append(text);
  if (state_->threaded) state_->tell_thread();
  else state_->write_all(state_->take_text());
}

void Output::show_below(std::vector<std::string> lines) {
  const std::lock_guard lock(state_->mutex);
  if (state_->ending || !state_->terminal) return;
  state_->below = std::move(lines);
  if (state_->threaded) state_->tell_thread();
  else state_->write_all(state_->take_text());
}

bool Output::finish(const run::Cancellation& cancellation) {
  std::unique_lock lock(state_->mutex);
  state_->ending = true;
  if (!state_->threaded) return true;
  state_->news.notify_one();
  std::size_t seen = state_->unwritten;
  for (int idle = 0; idle < kPatience && !state_->ended;) {
    state_->finished.wait_for(lock, kTick);
    const bool moves = std::exchange(seen, state_->unwritten) != seen;
    idle = moves || !cancellation.requested() ? 0 : idle + 1;
  }
  return state_->ended;
}

bool Output::failed() const { return state_->failed; }
int Output::descriptor() const { return state_->file.is_there() ? state_->file.fd() : -1; }
bool Output::idle() const { return state_->unwritten == 0 && !state_->line_open; }

}  // namespace pipeline::cli
