#include "run/action.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>

#include "cache/digest_memory.h"
#include "cache/record_text.h"
#include "plan/foreign_code.h"
#include "plan/loaded_libraries.h"
#include "plan/stored_result.h"
#include "run/loaded_inputs.h"
#include "run/running_stages.h"
#include "run/starting_state.h"

namespace pipeline::run {
namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// `wanted`, or as many threads, this one among them, as the system grants now: a limit to
/// processes is to make a stage slow, not to end it.
int threads_to_be_had(int wanted) {
  std::atomic<bool> counted{false};
  std::vector<std::thread> others;
  others.reserve(std::size_t(wanted));
  try {
    while (int(others.size()) + 1 < wanted)
      others.emplace_back([&counted] { counted.wait(false); });
  } catch (const std::exception&) {
    // No more than these.
  }
  counted = true;
  counted.notify_all();
  for (std::thread& other : others) other.join();
  return int(others.size()) + 1;
}

class RunContext : public Context {
 public:
  RunContext(const Action& action, plan::CheckedStage& stage, cache::Store& store,
             const cache::Lock& lock, const LoadedInputs& inputs, const Cancellation& cancellation,
             Observer& observer)
      : action_(action),
        stage_(stage),
        store_(store),
        lock_(lock),
        inputs_(inputs),
        cancellation_(cancellation),
        observer_(observer),
        extendable_(plan::extendable_of(stage, action.parts)) {}

  void progress(std::int64_t done, std::int64_t total,
                std::vector<std::pair<std::string, double>> figures) override {
    observer_.stage_progress(stage_.name(), done, total, figures);
  }
  void log(std::string_view line) override {
    {
      const std::lock_guard guard(mutex_);
      constexpr std::size_t kKept = 10;
      if (tail_.size() == kKept) tail_.pop_front();
      tail_.emplace_back(line);
    }
    observer_.stage_log(stage_.name(), std::string(line));
  }
  bool cancelled() const override { return cancellation_.requested(); }
  int threads() const override { return threads_to_be_had(action_.threads); }
  ComponentFactory& components() override { return *stage_.components; }
  void save_checkpoint(const Artifact& state) override {
    inputs_.require_undamaged();
    store_.save_checkpoint(state, lock_, [this] { return cancelled(); });
  }
  std::optional<Artifact> load_checkpoint() override {
    StartingState start =
        starting_state(action_.key, extendable_, store_,
                       [this](const auto& line) { observer_.stage_log(stage_.name(), line); });
    const std::lock_guard guard(mutex_);
    extends_ = std::move(start.extends);
    return std::move(start.state);
  }

  void leave_if_failed(const std::string& name, Table table) override {
    const std::lock_guard guard(mutex_);
    left_[name] = std::move(table);
  }

  /// What load_checkpoint() has given.
  const std::optional<plan::Extension>& extends() const { return extends_; }
  const std::optional<cache::Extendable>& extendable() const { return extendable_; }

  std::vector<std::string> tail() const {
    const std::lock_guard guard(mutex_);
    return {tail_.begin(), tail_.end()};
  }
  const std::map<std::string, Table>& left() const { return left_; }

 private:
  const Action& action_;
  plan::CheckedStage& stage_;
  cache::Store& store_;
  const cache::Lock& lock_;
  const LoadedInputs& inputs_;
  const Cancellation& cancellation_;
  Observer& observer_;
  const std::optional<cache::Extendable> extendable_;
  mutable std::mutex mutex_;  ///< of what follows
  std::deque<std::string> tail_;
  std::map<std::string, Table> left_;
  std::optional<plan::Extension> extends_;
};

// Before the stage reads the files that its key was made of.
void check_as_planned(const plan::FileDigests& digests, cache::Store& store,
                      const RunContext& context) {
  plan::require_unchanged(digests, [&](const std::filesystem::path& file) {
    return cache::file_digest(store, file, [&] { return context.cancelled(); });
  });
}

// After it has read them, by their content, whatever their times say.
// Also in a run that is cancelled: what has been computed is worth it.
void check_unchanged(const plan::FileDigests& digests) {
  plan::require_unchanged(
      digests, [](const std::filesystem::path& file) { return cache::read_file_digest(file); });
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

/// The result of an action, if it is there and, as far as its structure tells, undamaged.
std::optional<cache::Record> sound_result(const Action& action, const cache::Store& store) {
  auto record = plan::stored_result(*action.stage, action.key, store);
  try {
    if (record) store.require_sound(*record);
    return record;
  } catch (const cache::Damaged&) {
    return std::nullopt;
  }
}

/// One try at an action, with a component of its own. What the stage takes is loaded when it is,
/// and let go with it.
class Attempt {
 public:
  Attempt(const Action& action, cache::Store& store, const cache::Lock& lock,
          const Cancellation& cancellation, Observer& observer)
      : action_(action),
        store_(store),
        lock_(lock),
        observer_(observer),
        stage_(plan::made_anew(*action.stage)),
        inputs_(stage_),
        context_(action, stage_, store, lock, inputs_, cancellation, observer) {}

  Outcome run(Clock::time_point start) {
    try {
      if (auto damage = load_inputs()) return std::move(*damage);
      cache::Record record = run_stage();
      // There was none. Whoever took us for dead, or our lock away, has been here and gone.
      if (auto theirs = sound_result(action_, store_))
        return Finished{std::move(*theirs), false, seconds_since(start)};
      record = store_.save(std::move(record), take_outputs(stage_), lock_,
                           [this] { return context_.cancelled(); });
      return Finished{std::move(record), true, seconds_since(start), context_.extends()};
    } catch (const Cancelled&) {
      throw;
    } catch (...) {
      // Whatever a stage complained of, damage in what it read comes first.
      if (auto damage = inputs_.damage()) return std::move(*damage);
      throw;
    }
  }
  std::vector<std::string> log_tail() const { return context_.tail(); }
  const std::map<std::string, Table>& left() const { return context_.left(); }

 private:
  std::optional<DamagedInput> load_inputs() {
    bool news = false;
    for (const auto& wire : stage_.inputs) {
      const std::string& port = wire.port->info().name;
      try {
        news |= load_input(*wire.port, inputs_.load(port, action_.producers.at(port),
                                                    action_.outputs.at(port), store_));
      } catch (const cache::Damaged& damaged) {
        return DamagedInput{port, damaged.what()};
      }
    }
    inputs_.begin_checks([this] { observer_.stage_inputs_checked(stage_.name()); });
    // What preflight could not check while sizes were unknown it checks now.
    if (news) plan::preflight(stage_);
    return std::nullopt;
  }

  cache::Record run_stage() {
    check_as_planned(action_.files, store_, context_);
    const plan::LoadedLibraries libraries;
    const auto start = Clock::now();
    run_watched(*stage_.stage, stage_.name(), stage_.config->use, context_);
    cache::Record record;
    record.seconds = seconds_since(start);
    for (const auto& library : libraries.unknown_since(action_.files))
      context_.log(fmt::format(
          "'{}' was loaded while it ran, and is not in its key: a result will stay when it "
          "changes, unless the component declares it (Declaration::library)",
          library.string()));
    inputs_.require_undamaged();
    try {
      check_unchanged(action_.files);
    } catch (const Error&) {
      store_.drop_checkpoint(lock_);  // it, too, may come from the changed file
      throw;
    }
    record.key = action_.key;
    record.component = stage_.config->use;
    record.pipeline = action_.pipeline;
    record.stage = stage_.name();
    record.parts = action_.parts;
    record.extendable = context_.extendable();
    return record;
  }

  const Action& action_;
  cache::Store& store_;
  const cache::Lock& lock_;
  Observer& observer_;
  plan::CheckedStage stage_;
  LoadedInputs inputs_;
  RunContext context_;
};

/// Looks again, since somebody else may have made it anew meanwhile; drops what is damaged still.
DamagedInput looked_at_again(DamagedInput damage, const Action& action, cache::Store& store,
                             const Cancellation& cancellation) {
  const cache::Record& given = action.producers.at(damage.port);
  const auto found = store.find(given.key, cache::Store::Detail::without_parts);
  damage.lost = !found || cache::to_value(found->outputs) != cache::to_value(given.outputs);
  if (found) try {
      store.load(*found, action.outputs.at(damage.port));
    } catch (const cache::Unavailable&) {
      damage.lost = true;  // it stays until another one takes its place
    } catch (const cache::Damaged&) {
      store.drop_file(given.key, [&] { return cancellation.requested(); });
      damage.lost = true;
    }
  return damage;
}

Outcome compute_locked(const Action& action, cache::Store& store, const cache::Lock& lock,
                       const Cancellation& cancellation, Observer& observer) {
  const auto start = Clock::now();
  std::vector<std::string> log;
  std::map<std::string, Table> left;
  const auto failed = [&](std::string_view message) -> Outcome {
    return Failed{fmt::format("{}: {}", action.stage->config->use, message), std::move(log),
                  seconds_since(start), std::move(left)};
  };
  using plan::ForeignCode;
  const ForeignCode now(ForeignCode::Doing::checking, action.stage->name(),
                        action.stage->config->use);
  try {
    Attempt attempt(action, store, lock, cancellation, observer);
    try {
      return attempt.run(start);
    } catch (...) {
      log = attempt.log_tail();
      left = attempt.left();
      throw;
    }
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

}  // namespace

Outcome compute(const Action& action, cache::Store& store, const Cancellation& cancellation,
                Observer& observer) {
  const auto start = Clock::now();
  try {
    const auto lock = store.lock(
        action.key, [&] { return cancellation.requested(); },
        [&](const std::string& holder) {
          observer.stage_log(action.stage->name(),
                             "waits for " + holder + ", which computes the same");
        });
    if (!lock) return Interrupted{};
    if (auto record = sound_result(action, store))
      return Finished{std::move(*record), false, seconds_since(start)};
    if (const auto damage = store.damage_of(action.key))
      observer.stage_log(action.stage->name(), *damage + "; it runs again");
    Outcome outcome = compute_locked(action, store, *lock, cancellation, observer);
    if (auto* damage = std::get_if<DamagedInput>(&outcome))
      return looked_at_again(std::move(*damage), action, store, cancellation);
    return outcome;
  } catch (const Cancelled&) {
    return Interrupted{};
  } catch (const std::exception& error) {
    return Failed{error.what(), {}, seconds_since(start)};
  }
}

}  // namespace pipeline::run
