#include "run/action.h"

#include <fmt/format.h>

#include <chrono>
#include <deque>
#include <mutex>

#include "cache/digest_memory.h"

namespace pipeline::run {
namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// What the stage reads. It holds on to mapped files only while the stage runs; and while it runs,
/// large arrays are checked for damage.
class LoadedInputs {
 public:
  explicit LoadedInputs(plan::CheckedStage& stage) : stage_(stage) {}
  ~LoadedInputs() {
    for (const auto& wire : stage_.inputs) wire.port->unload();
  }
  /// Throws cache::Damaged.
  Artifact load(const std::string& port, const cache::Record& record, const std::string& output,
                const cache::Store& store) {
    return store.load(record, output, pending_[port]);
  }
  /// Throws cache::Damaged unless all that was loaded is what was stored.
  void require_undamaged() const {
    for (const auto& [port, checks] : pending_) checks.wait();
  }
  /// As above, as an outcome.
  std::optional<DamagedInput> damage() const {
    for (const auto& [port, checks] : pending_) try {
        checks.wait();
      } catch (const cache::Damaged& damaged) {
        return DamagedInput{port, damaged.what()};
      }
    return std::nullopt;
  }

 private:
  plan::CheckedStage& stage_;
  std::map<std::string, cache::PendingChecks> pending_;  ///< by input port
};

class RunContext : public Context {
 public:
  RunContext(const Action& action, cache::Store& store, const LoadedInputs& inputs,
             const Cancellation& cancellation, Observer& observer)
      : action_(action),
        store_(store),
        inputs_(inputs),
        cancellation_(cancellation),
        observer_(observer) {}

  void progress(std::int64_t done, std::int64_t total,
                std::vector<std::pair<std::string, double>> figures) override {
    observer_.stage_progress(action_.stage->name(), done, total, figures);
  }
  void log(std::string_view line) override {
    {
      const std::lock_guard guard(mutex_);
      constexpr std::size_t kKept = 10;
      if (tail_.size() == kKept) tail_.pop_front();
      tail_.emplace_back(line);
    }
    observer_.stage_log(action_.stage->name(), std::string(line));
  }
  bool cancelled() const override { return cancellation_.requested(); }
  int threads() const override { return action_.threads; }
  ComponentFactory& components() override { return *action_.stage->components; }
  void save_checkpoint(const Artifact& state) override {
    inputs_.require_undamaged();
    store_.save_checkpoint(action_.key, state);
  }
  std::optional<Artifact> load_checkpoint() override { return store_.load_checkpoint(action_.key); }

  std::vector<std::string> tail() const { return {tail_.begin(), tail_.end()}; }

 private:
  const Action& action_;
  cache::Store& store_;
  const LoadedInputs& inputs_;
  const Cancellation& cancellation_;
  Observer& observer_;
  std::mutex mutex_;
  std::deque<std::string> tail_;
};

[[noreturn]] void complain_of_change(const std::filesystem::path& file) {
  throw Error(
      fmt::format("'{}' was changed while the run was under way; run again", file.string()));
}

// Before the stage reads the files that its key was made of.
void check_as_planned(const plan::FileDigests& digests, cache::Store& store,
                      const RunContext& context) {
  for (const auto& [file, digest] : digests)
    if (cache::file_digest(store, file, [&] { return context.cancelled(); }) != digest)
      complain_of_change(file);
}

// After it has read them, by their content, whatever their times say.
void check_unchanged(const plan::FileDigests& digests, const RunContext& context) {
  for (const auto& [file, digest] : digests)
    if (cache::read_file_digest(file, [&] { return context.cancelled(); }) != digest)
      complain_of_change(file);
}

std::map<std::string, Artifact> take_outputs(plan::CheckedStage& stage) {
  std::map<std::string, Artifact> outputs;
  for (OutputPort* output : stage.declaration.outputs())
    if (!output->absent()) outputs.emplace(output->info().name, output->take());
  return outputs;
}

/// Hands an input its artifact. True if it tells a size that preflight did not know.
bool load_input(InputPort& port, const Artifact& artifact) {
  Spec spec = port.spec();
  bool news = false;
  if (artifact.type == "array") {
    const Array& array = artifact.arrays.at("");
    if (array.dtype() != spec.dtype || !compatible(array.shape(), spec.shape))
      throw Error(fmt::format("input '{}' was promised as {} {} and is {} {}", port.info().name,
                              name(spec.dtype), to_string(spec.shape), name(array.dtype()),
                              to_string(array.shape())));
    news = array.shape() != spec.shape;
    spec.shape = array.shape();
    port.set_spec(std::move(spec));
  }
  port.load(artifact);
  return news;
}

cache::Record run_and_store(const Action& action, cache::Store& store, const LoadedInputs& inputs,
                            RunContext& context) {
  plan::CheckedStage& stage = *action.stage;
  check_as_planned(action.files, store, context);
  const auto start = Clock::now();
  stage.stage->run(context);
  cache::Record record;
  record.seconds = seconds_since(start);
  inputs.require_undamaged();
  try {
    check_unchanged(action.files, context);
  } catch (const Error&) {
    store.drop_checkpoint(action.key);  // it, too, may come from the changed file
    throw;
  }
  record.key = action.key;
  record.component = stage.config->use;
  record.pipeline = action.pipeline;
  record.stage = stage.name();
  record.parts = action.parts;
  record = store.save(std::move(record), take_outputs(stage));
  store.drop_checkpoint(action.key);
  return record;
}

/// Loads the inputs, runs the stage and stores what it gives.
Outcome run_stage(const Action& action, cache::Store& store, LoadedInputs& inputs,
                  RunContext& context, Clock::time_point start) {
  plan::CheckedStage& stage = *action.stage;
  bool news = false;
  for (const auto& wire : stage.inputs) {
    const std::string& port = wire.port->info().name;
    try {
      news |= load_input(
          *wire.port, inputs.load(port, action.producers.at(port), action.outputs.at(port), store));
    } catch (const cache::Damaged& damaged) {
      return DamagedInput{port, damaged.what()};
    }
  }
  // What preflight could not check while sizes were unknown it checks now.
  if (news) stage.stage->preflight(*stage.components);
  cache::Record record = run_and_store(action, store, inputs, context);
  return Finished{std::move(record), true, seconds_since(start)};
}

}  // namespace

Outcome compute(const Action& action, cache::Store& store, const Cancellation& cancellation,
                Observer& observer) {
  const auto start = Clock::now();
  plan::CheckedStage& stage = *action.stage;
  LoadedInputs inputs(stage);
  RunContext context(action, store, inputs, cancellation, observer);
  // Whatever a stage complained of, damage in what it read comes first.
  const auto failed = [&](std::string_view message) -> Outcome {
    if (auto damage = inputs.damage()) return std::move(*damage);
    return Failed{fmt::format("{}: {}", stage.config->use, message), context.tail(),
                  seconds_since(start)};
  };
  try {
    const auto lock = store.lock(
        action.key, [&] { return cancellation.requested(); },
        [&](const std::string& holder) {
          observer.stage_log(stage.name(), "waits for " + holder + ", which computes the same");
        });
    if (!lock) return Interrupted{};
    if (auto record = store.find(action.key); record && store.has_file(*record))
      return Finished{std::move(*record), false, seconds_since(start)};
    return run_stage(action, store, inputs, context, start);
  } catch (const Cancelled&) {
    if (cancellation.requested()) return Interrupted{};
    return failed("stopped itself, though nobody had cancelled");
  } catch (const std::bad_alloc&) {
    return failed("it wants more memory than there is");
  } catch (const std::exception& error) {
    return failed(error.what());
  } catch (...) {
    return failed("threw something that is no std::exception");
  }
}

}  // namespace pipeline::run
