#pragma once
#include <functional>
#include <memory>

#include "run/action.h"

namespace pipeline::run {

/// Where actions are computed. Nothing that an action needs lives in the runner's memory alone: its
/// inputs and its result go through the store.
class Executor {
 public:
  using Done = std::function<void(Outcome)>;
  virtual ~Executor() = default;
  /// Begins to compute and returns; `done` is called once, from any thread.
  virtual void start(Action action, Done done) = 0;
};

/// A thread of this process for each action.
std::unique_ptr<Executor> make_local_executor(cache::Store& store, const Cancellation& cancellation,
                                              Observer& observer);

}  // namespace pipeline::run
