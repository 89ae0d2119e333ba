#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/value.h"
#include "plan/extension.h"

namespace pipeline::run {

enum class State { ran, cached, failed, skipped, interrupted };
std::string_view name(State state);

/// How one stage ended.
struct StageResult {
  std::string stage;
  State state = State::skipped;
  double seconds = 0;
  std::string key;                         ///< "" if it was never known
  std::filesystem::path output;            ///< its HDF5 file; "" without a result
  std::string message;                     ///< of a failed or skipped one
  bool reached = true;                     ///< false: the run ended before it was this stage's turn
  std::vector<std::string> log;            ///< the last lines that it logged, of a failed one
  std::optional<plan::Extension> extends;  ///< the shorter result that it went on from
};

/// A scalar on a port, by "stage.port": an integer or a real.
using Metric = std::pair<std::string, Value>;

struct RunResult {
  std::vector<StageResult> stages;  ///< in the pipeline's order
  std::vector<Metric> metrics;
  std::filesystem::path exports;  ///< the run's folder; "" if nothing was exported
  double seconds = 0;
  bool interrupted = false;
  /// What went wrong beside the stages: exports or the run's record that could not be written.
  std::vector<std::string> problems;
  int count(State state) const;
  /// Every stage ran or was cached, and nothing else went wrong.
  bool ok() const;
};

/// Where a run tells what happens. Calls come one at a time, from any thread.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void run_started(const std::string& /*pipeline*/, std::size_t /*stages*/) {}
  virtual void stage_started(const std::string& /*stage*/) {}
  /// Nothing that it reads is damaged.
  virtual void stage_inputs_checked(const std::string& /*stage*/) {}
  /// `total` 0: unknown.
  virtual void stage_progress(const std::string& /*stage*/, std::int64_t /*done*/,
                              std::int64_t /*total*/,
                              const std::vector<std::pair<std::string, double>>& /*figures*/) {}
  virtual void stage_log(const std::string& /*stage*/, const std::string& /*line*/) {}
  /// A line that one of these, which run at once, has printed itself; or something else, where none
  /// runs. What the only one that runs prints is a line of its log.
  virtual void printed(const std::vector<std::string>& /*stages*/, const std::string& /*line*/) {}
  virtual void stage_finished(const StageResult& /*result*/) {}
  virtual void run_finished(const RunResult& /*result*/) {}
};

}  // namespace pipeline::run
