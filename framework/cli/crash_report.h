#pragma once
#include "cli/signal_stack.h"

namespace pipeline::cli {

/// While it lives, a process that ends before its time says so in a last line on the standard error
/// that it had at the beginning, with the stage and component, or the plugin, whose code it was in.
/// After a fatal signal the default action follows: the shell sees the signal, a core may be
/// written. After exit(), quick_exit() or _exit() in a plugin's code the status is kStageFailed
/// where stages run, else kWrongInput. Signals for which a handler is installed already (a
/// sanitizer's) are left to it. One at a time, for as long as a command works.
class CrashReport {
 public:
  CrashReport();
  ~CrashReport();
  CrashReport(const CrashReport&) = delete;
  CrashReport& operator=(const CrashReport&) = delete;

  /// Handlers of exit() that are registered later are called earlier: to be called again where
  /// stages will run, once plugins, whose destructors may disturb them, have been loaded.
  static void watch_exits();

 private:
  SignalStack signal_stack_;
};

// For library_calls.cpp, which hears what plugins' code calls:

/// Says that such code has called this, "_exit()", and ends the process. Returns where nobody is to
/// be told: in a child process, and where no CrashReport lives.
void end_for_call(const char* call);
/// True in this process of a range of descriptors that its own are among.
bool closes_our_files(unsigned first, unsigned last);

/// Says that plugins' code has closed files that the program had open, and ends the process.
[[noreturn]] void end_for_lost_files();

/// _exit() itself, of which nothing is told.
[[noreturn]] void end_at_once(int status);

}  // namespace pipeline::cli
