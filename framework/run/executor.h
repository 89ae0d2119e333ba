#pragma once
#include <functional>
#include <memory>

#include "run/action.h"

namespace pipeline::run {

/// Where actions are computed. Inputs and results go through the store, and the store's locks work
/// across machines; the stage is made anew by whoever computes it.
class Executor {
 public:
  using Done = std::function<void(Outcome)>;
  virtual ~Executor() = default;
  /// Begins to compute; `done` is called once, from any thread, perhaps before this returns.
  virtual void start(Action action, Done done) = 0;
};

/// `observer` may be called from any thread.
using MakeExecutor = std::function<std::unique_ptr<Executor>(
    cache::Store& store, const Cancellation& cancellation, Observer& observer)>;

/// A thread of this process for each action; where none can be had, the calling one.
std::unique_ptr<Executor> make_local_executor(cache::Store& store, const Cancellation& cancellation,
                                              Observer& observer);

}  // namespace pipeline::run
