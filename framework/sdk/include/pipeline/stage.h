#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/component.h"
#include "pipeline/declaration.h"

namespace pipeline {

/// What a stage may ask of the run that it is part of. Calls are thread-safe.
class Context {
 public:
  virtual ~Context() = default;
  /// `done` of `total` steps (total 0: unknown), with figures to show beside the bar:
  /// `context.progress(epoch, epochs, {{"loss", loss}})`.
  virtual void progress(std::int64_t done, std::int64_t total,
                        std::vector<std::pair<std::string, double>> figures = {}) = 0;
  /// A line for the log.
  virtual void log(std::string_view line) = 0;
  /// The run is being stopped. A stage looks at it at least every 100 ms or so of work, saves a
  /// checkpoint if it keeps one, and returns by check_cancelled().
  virtual bool cancelled() const = 0;
  void check_cancelled() const {
    if (cancelled()) throw Cancelled();
  }
  /// Threads that the stage may use. The result may not depend on it.
  virtual int threads() const = 0;
  virtual ComponentFactory& components() = 0;

  /// State of an unfinished computation of this very action, kept across a kill: a stage that saved
  /// some finds it when it runs again, and goes on to the same result, bit for bit. It is dropped
  /// once the stage has finished, unless that has an extendable parameter (Param::extendable()).
  /// Such a stage saves its state at the end, too: the last one saved is kept beside the result,
  /// and an action with a larger count, all else equal, finds it as if it were its own. A stage
  /// that has stopped before its count says so in the state, and stops there again.
  virtual void save_checkpoint(const Artifact& state) = 0;
  virtual std::optional<Artifact> load_checkpoint() = 0;

  /// What is to be looked at if the stage fails, such as the course of a training that diverged:
  /// then, and only then, the run exports it as <stage>.<name>.csv and says so. Another one of the
  /// name takes its place.
  virtual void leave_if_failed(const std::string& /*name*/, Table /*table*/) {}
};

/// A node of a pipeline's graph: from the artifacts on its inputs it computes those on its outputs.
/// The result depends on parameters and inputs, and on what else it declares (see Declaration),
/// never on time, threads or machine.
///
/// Every attempt to compute gets a new object: made, declared, its parameters set, preflight() once
/// or, where sizes became known only since, twice, and run() at most once. Nothing is left in its
/// members from an earlier attempt; what shall outlive one goes into a checkpoint.
class Stage : public Component {
 public:
  static constexpr const char* kKind = "stage";
  /// From the inputs' specs (shape() and spec() are known, values are not) sets the outputs':
  /// shape, element type, info. Does no work; headers of files may be read. Error for what cannot
  /// be, or for an input's value, which is not there yet.
  virtual void preflight(ComponentFactory& components) = 0;
  /// Computes: reads the inputs, sets every output, once, as preflight() promised it.
  virtual void run(Context& context) = 0;
};

}  // namespace pipeline
