#pragma once
#include <filesystem>
#include <string>

#include "cache/store.h"
#include "plan/checked_pipeline.h"
#include "run/cancellation.h"
#include "run/executor.h"
#include "run/look_up.h"
#include "run/observer.h"

namespace pipeline::run {

struct RunOptions {
  int jobs = 1;               ///< slots: stages at once, and threads of a stage that names none
  bool fail_fast = false;     ///< after a failure no further stage starts
  std::filesystem::path out;  ///< exports go to a folder of the run's in here
  MakeExecutor executor = make_local_executor;
  Check check = Check::structure;  ///< of results that come from the cache
};

/// Runs what is not in the cache, longest path first; a stage that fails stops only what depends on
/// it. Returns when nothing is left to do or, once cancelled, when what was running has stopped.
/// Error, before anything ran, where the cache or the exports' folder cannot be written to.
RunResult run(plan::CheckedPipeline& pipeline, cache::Store& store, const RunOptions& options,
              const Cancellation& cancellation, Observer& observer);

}  // namespace pipeline::run
