#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "run/cancellation.h"

namespace pipeline::cli {

/// Standard output as a run's report writes to it. A thread of its own writes, so that a reader who
/// does not read (a pager, a terminal after Ctrl-S) holds up nobody; what it cannot take for a long
/// time is left out and counted. After the first error it is silent: a run does not end because its
/// reader has gone or a disk is full.
class Output {
 public:
  /// A text is left out while more than so many bytes wait to be written; an event never is.
  enum class Worth : std::size_t { progress = 64 << 10, log = 1 << 20, event = SIZE_MAX };
  /// What stands in the place of so many texts that were left out.
  using Notice = std::function<std::string(std::size_t texts)>;

  /// Keeps a duplicate of standard output; Error where the system has no descriptor for it. Where
  /// no thread can be had, whoever prints writes.
  explicit Output(Notice notice);
  /// As finish(), with nobody to interrupt it but the signal's default action.
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  bool is_terminal() const;
  std::size_t rows() const;  ///< of the terminal
  void print(std::string_view text, Worth worth = Worth::event);
  /// On a terminal in whose foreground the process is: lines that stay below all that is printed,
  /// in the place of the last ones.
  void show_below(std::vector<std::string> lines);

  /// Waits until all has been written; once the run is cancelled, only while the reader takes
  /// something. False where it has not been written then. Nothing can be printed afterwards.
  bool finish(const run::Cancellation& cancellation);
  bool failed() const;

  /// For a crash's last words, from a signal handler: the descriptor, -1 if it is no longer that,
  /// and whether all that was printed has been written, to the end of its last line.
  int descriptor() const;
  bool idle() const;

 private:
  struct State;
  static void write_on(const std::shared_ptr<State>& state);

  /// Shared with the thread, which may be left behind in a write that does not return.
  std::shared_ptr<State> state_;
};

}  // namespace pipeline::cli
