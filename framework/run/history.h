#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cache/active_run.h"
#include "plan/checked_pipeline.h"

namespace pipeline::run {

/// What this run and the one before it have finished: kept while the run goes on, so that one that
/// is killed still tells `why`, and gc, how far it came.
class History {
 public:
  History(const plan::CheckedPipeline& pipeline, cache::Store& store);
  /// Makes the run known in the cache; nothing where that may only be read. `cancelled` is asked
  /// where gc makes this, or reach(), wait.
  void announce(std::function<bool()> cancelled);
  /// gc keeps the key from now on; before it is looked for. Thread-safe.
  void reach(const cache::Digest& key);
  void finished(const std::string& stage, const cache::Digest& key);
  /// Error where it cannot be written.
  void save();
  /// By stage, how long it and what follows it took the last time, on the longest way; a stage
  /// without a last time counts one second.
  std::vector<double> path_seconds() const;

 private:
  double last_seconds(const std::string& stage) const;

  const plan::CheckedPipeline& pipeline_;
  cache::Store& store_;
  std::optional<cache::ActiveRun> run_;  ///< once it is announced
  std::map<std::string, cache::Digest> previous_;
  using Clock = std::chrono::steady_clock;
  Clock::time_point save_again_;
};

}  // namespace pipeline::run
