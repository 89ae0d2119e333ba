#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>

#include "run/action.h"

namespace pipeline::run {

/// What an attempt reads. It holds on to mapped files only while the stage runs; and while it runs,
/// a thread checks large arrays for damage.
class LoadedInputs {
 public:
  explicit LoadedInputs(plan::CheckedStage& stage) : stage_(stage) {}
  ~LoadedInputs();
  LoadedInputs(const LoadedInputs&) = delete;
  LoadedInputs& operator=(const LoadedInputs&) = delete;

  /// For the input `port`. Throws cache::Damaged.
  Artifact load(const std::string& port, const cache::Record& record, const std::string& output,
                const cache::Store& store);
  /// Begins to check what is left, once all is loaded; `undamaged` is called when nothing was
  /// found, from any thread.
  void begin_checks(std::function<void()> undamaged);
  /// Throws cache::Damaged unless all that was loaded is what was stored, up to now.
  void require_undamaged() const;
  /// As above, as an outcome.
  std::optional<DamagedInput> damage() const;

 private:
  plan::CheckedStage& stage_;
  std::map<std::string, cache::PendingChecks> pending_;  ///< by input port
  std::atomic<bool> stopping_{false};
  std::thread checker_;
};

}  // namespace pipeline::run
