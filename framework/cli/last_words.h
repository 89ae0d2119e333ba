#pragma once
#include "cli/output.h"
#include "run/captured_output.h"

namespace pipeline::cli {

/// How the process ends before its time: by a call in a plugin's code, by a signal, or because
/// plugins' code has closed the program's files.
struct End {
  const char* call = nullptr;    ///< "exit()"
  const char* signal = nullptr;  ///< its name
  bool by_another = false;       ///< another process, a limit or a terminal has sent the signal
  bool stack_overflow = false;   ///< the signal tells of one, as far as one can see
  bool files_lost = false;
};

/// Writes a line that says so to the descriptor (-1: to none), with the stage and component, or the
/// plugin, whose code this thread executes, else with all the stages that run. A signal handler may
/// call it.
void say_last_words(const End& end, int error_output);

/// Whether a stage runs, or this thread executes one; a signal handler may ask.
bool in_a_run();

/// While it lives, the last words wait for what has been printed before, and where `json` is set
/// end the events on `output` with {"event": "run_aborted", "message": …, "stages": […]}.
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
