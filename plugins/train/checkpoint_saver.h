#pragma once
#include <chrono>
#include <functional>
#include <future>

#include "pipeline/stage.h"

/// Saves checkpoints beside the work, one at a time, and as seldom as they are slow: at most every
/// two seconds, and so that saving takes up no more than 3% of the time.
class CheckpointSaver {
 public:
  explicit CheckpointSaver(pipeline::Context& context) : context_(context) {}
  /// Waits for the save in hand.
  ~CheckpointSaver();

  /// It is time for the next one.
  bool due() const;
  /// Begins to save; errors of the one before come out here.
  void save(pipeline::Artifact checkpoint);
  /// Until what was begun is saved. Error if it could not be.
  void wait();

 private:
  using Clock = std::chrono::steady_clock;
  pipeline::Context& context_;
  std::future<Clock::duration> saving_;  ///< how long it took
  Clock::time_point begun_ = Clock::now();
  Clock::duration interval_ = std::chrono::seconds(2);
};
