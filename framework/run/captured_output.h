#pragma once
#include <atomic>
#include <mutex>
#include <thread>

#include "run/observer.h"
#include "run/own_file.h"
#include "run/printed_lines.h"

namespace pipeline::run {

/// While it lives, what is printed on this process's standard output and error, by C, C++ or a
/// child process, becomes lines of the log of the stage that runs; where several run at once, lines
/// that name them all (the process has one output, and they are threads of it). Whoever has a
/// report to write keeps a duplicate of standard output, which the process does not get back: what
/// is printed later goes nowhere. One at a time.
class CapturedOutput {
 public:
  /// Called, on whatever thread finds it, where code of plugins has closed the files of the program
  /// (its pipe is among them): has to end the process, since nothing can be read or stored then.
  using LostFiles = void (*)();
  /// Error where the system has no descriptors for it. Where no thread can be had, what is printed
  /// stays what it is.
  CapturedOutput(Observer& observer, LostFiles lost_files);
  /// Gives standard error back and waits for nobody: threads and child processes left behind may
  /// print for ever.
  ~CapturedOutput();
  CapturedOutput(const CapturedOutput&) = delete;
  CapturedOutput& operator=(const CapturedOutput&) = delete;

  /// Nothing printed is still on its way to the observer; a signal handler may ask.
  bool idle() const;
  /// Brings what has been printed so far to the observer, so that what is printed from now on can
  /// be told from it; `end_line`: a line without an end, too. Does nothing where no output is
  /// captured.
  static void take_printed(bool end_line);
  /// Ends the process where the files of the program have been closed. Does nothing where no output
  /// is captured.
  static void require_files();

 private:
  bool has_files() const { return pipe_[0].is_there() && pipe_[1].is_there(); }
  void give_back();
  void read_on();
  void take(bool end_line);

  Observer& observer_;
  LostFiles lost_files_;
  OwnFile pipe_[2];
  int real_errors_, nowhere_, stop_;
  std::mutex mutex_;  ///< of reading
  PrintedLines lines_;
  std::atomic<bool> busy_{false};
  std::thread reader_;
};

}  // namespace pipeline::run
