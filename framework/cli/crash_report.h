#pragma once
#include "cli/output.h"
#include "run/captured_output.h"
#include "run/running_stages.h"

namespace pipeline::cli {

/// While it lives, a process that ends before its time says so in a last line on the standard error
/// that it had at the beginning, with the stage and component, or the plugin, whose code it was in.
/// After a fatal signal the default action follows: the shell sees the signal, a core may be
/// written. After exit() or quick_exit() in a plugin's code the status is kStageFailed where stages
/// run, else kWrongInput. Signals for which a handler is installed already (a sanitizer's) are left
/// to it. What calls _exit() passes unseen. One at a time, for as long as main() works.
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
  run::SignalStack signal_stack_;
};

/// While it lives, a crash waits for what has been printed before, and where `json` is set ends the
/// events on `output` with {"event": "run_aborted", "message": …, "stages": […]}.
class CrashStream {
 public:
  CrashStream(const Output& output, const run::CapturedOutput& captured, bool json);
  ~CrashStream();
  CrashStream(const CrashStream&) = delete;
  CrashStream& operator=(const CrashStream&) = delete;

 private:
  const Output& output_;
  const run::CapturedOutput& captured_;
  bool json_;
  friend class LastWords;
};

}  // namespace pipeline::cli
