#pragma once
#include <functional>
#include <memory>

#include "run/action.h"

namespace pipeline::run {

/// Where actions are computed. Inputs and results go through the store, and the store's locks work
/// across machines; the stage itself is an object of this process, which a thread uses, a forked
/// child inherits, and a worker elsewhere would make again from the pipeline's file.
class Executor {
 public:
  using Done = std::function<void(Outcome)>;
  virtual ~Executor() = default;
  /// Begins to compute and returns; `done` is called once, from any thread.
  virtual void start(Action action, Done done) = 0;
};

/// `observer` may be called from any thread.
using MakeExecutor = std::function<std::unique_ptr<Executor>(
    cache::Store& store, const Cancellation& cancellation, Observer& observer)>;

/// A thread of this process for each action.
std::unique_ptr<Executor> make_local_executor(cache::Store& store, const Cancellation& cancellation,
                                              Observer& observer);

}  // namespace pipeline::run
