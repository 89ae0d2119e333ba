#pragma once
#include <cstddef>
#include <string>

#include "pipeline/stage.h"
#include "run/observer.h"

namespace pipeline::run {

/// Executes run(). Meanwhile the stage is the one that is named if the process crashes or exits on
/// this thread, and gets what is printed on the process's standard output and error. Throws what
/// run() throws; where that ends its thread (pthread_exit), the process is aborted.
void run_watched(Stage& code, const std::string& stage, const std::string& component,
                 Context& context);

/// Names of a stage that runs, cut where they are too long, for a signal handler: they stay
/// readable even when the stage ends meanwhile.
struct RunningName {
  char stage[256], component[128];
};
inline constexpr std::size_t kRunningSlots = 1024;
/// Null where none runs in this slot; a signal handler may ask.
const RunningName* running_in(std::size_t slot);

/// Gives a printed line to the log of the stage that runs, or to the observer where it may be any
/// of several.
void log_of_running(const std::string& line, Observer& observer);

}  // namespace pipeline::run
