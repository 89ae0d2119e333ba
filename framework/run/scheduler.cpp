#include "run/scheduler.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <unordered_map>

#include "plan/exports.h"
#include "run/background.h"
#include "run/exporter.h"
#include "run/history.h"
#include "run/mailbox.h"
#include "run/schedule.h"
#include "run/serial_observer.h"

namespace pipeline::run {
namespace fs = std::filesystem;
namespace {

using Act = Schedule::Act;

std::vector<Schedule::Stage> graph_of(const plan::CheckedPipeline& pipeline, int slots) {
  std::vector<Schedule::Stage> stages;
  stages.reserve(pipeline.stages.size());
  for (const plan::CheckedStage& stage : pipeline.stages) {
    Schedule::Stage& node = stages.emplace_back();
    for (const auto& wire : stage.inputs) node.producers.push_back(wire.producer);
    std::sort(node.producers.begin(), node.producers.end());
    node.producers.erase(std::unique(node.producers.begin(), node.producers.end()),
                         node.producers.end());
    node.consumers = stage.consumers;
    node.slots = std::clamp(stage.config->threads, 1, slots);
  }
  return stages;
}

/// Stands for the digests of all outputs.
std::string content_of(const cache::Record& record) {
  std::string content;
  for (const auto& [port, output] : record.outputs) content += output.digest;
  return content;
}

/// Lets one call through at a time, and tells the scheduler, too, whose inputs are undamaged.
class RunObserver : public SerialObserver {
 public:
  RunObserver(Observer& inner, std::function<void(const std::string&)> checked)
      : SerialObserver(inner), checked_(std::move(checked)) {}
  void stage_inputs_checked(const std::string& stage) override {
    SerialObserver::stage_inputs_checked(stage);
    checked_(stage);
  }

 private:
  std::function<void(const std::string&)> checked_;
};

/// Carries out what the schedule says, on one thread: looks up, hands to the executor, exports,
/// tells; and reports to the schedule what came of it.
class Scheduler {
 public:
  Scheduler(plan::CheckedPipeline& pipeline, cache::Store& store, const RunOptions& options,
            const Cancellation& cancellation, Observer& observer)
      : pipeline_(pipeline),
        store_(store),
        options_(options),
        cancellation_(cancellation),
        observer_(observer,
                  [this](const std::string& stage) {
                    mailbox_.post([this, i = index_.at(stage)] { schedule_.inputs_checked(i); });
                  }),
        exporter_(options.out, store, pipeline.config.stages),
        history_(pipeline, store),
        finder_(store, options.check, [this](const auto& key) { history_.reach(key); }),
        schedule_(graph_of(pipeline, options.jobs), options.jobs, options.fail_fast,
                  [this] { return history_.path_seconds(); }),
        nodes_(pipeline.stages.size()) {}

  RunResult run() {
    const auto start = Clock::now();
    exporter_.require_writable();
    history_.announce([this] { return cancellation_.requested(); });
    for (std::size_t i = 0; i < nodes_.size(); ++i) index_.emplace(stage(i).name(), i);
    observer_.run_started(pipeline_.config.name, nodes_.size());
    auto executor = options_.executor(store_, cancellation_, observer_);
    while (carry_out_all(*executor), schedule_.under_way() > 0) mailbox_.take()();
    schedule_.close();
    carry_out_all(*executor);
    executor.reset();
    return finish(std::chrono::duration<double>(Clock::now() - start).count());
  }

 private:
  using Clock = std::chrono::steady_clock;

  struct Node {
    cache::Digest key;
    plan::KeyParts parts;                 ///< until it is told
    std::optional<cache::Record> record;  ///< once its result is known
    bool other_key = false;               ///< than when it was told
    double seconds = 0;
    std::string message;
    std::vector<std::string> log;
    std::optional<plan::Extension> extends;
  };

  const plan::CheckedStage& stage(std::size_t i) const { return pipeline_.stages[i]; }

  void carry_out_all(Executor& executor) {
    for (;;) {
      if (cancellation_.requested()) schedule_.cancel();
      const auto command = schedule_.next();
      if (!command) return;
      switch (command->act) {
        case Act::look_up: look_up(command->stage); break;
        case Act::compute: compute(command->stage, executor); break;
        case Act::tell: tell(command->stage); break;
      }
    }
  }

  std::map<std::string, cache::Digest> input_digests(std::size_t i) const {
    std::map<std::string, cache::Digest> digests;
    for (const auto& wire : stage(i).inputs)
      digests.emplace(wire.port->info().name,
                      nodes_[wire.producer].record->outputs.at(wire.output).digest);
    return digests;
  }

  // Where a file has to be read first, other stages need not wait for it.
  void look_up(std::size_t i) {
    settling_look_up(i, [&] {
      const auto inputs = input_digests(i);
      if (auto found = finder_.at_once(stage(i), inputs)) return found_out(i, std::move(*found));
      background_.post([this, i, inputs] {
        std::optional<LookUp> found;
        std::exception_ptr problem;
        try {
          found = finder_.find(stage(i), inputs, [this] { return cancellation_.requested(); });
        } catch (...) {
          problem = std::current_exception();
        }
        mailbox_.post([this, i, found = std::move(found), problem]() mutable {
          settling_look_up(i, [&] {
            if (problem) std::rethrow_exception(problem);
            found_out(i, std::move(*found));
          });
        });
      });
    });
  }

  // What the store or a file cannot give fails the stage that wants it, not the run.
  template <class F>
  void settling_look_up(std::size_t i, F call) {
    try {
      call();
    } catch (const Cancelled&) {
      schedule_.put_off(i);
    } catch (const std::exception& error) {
      fail(i, {error.what(), {}, 0});
    }
  }

  void found_out(std::size_t i, LookUp found) {
    Node& node = nodes_[i];
    node.other_key |= schedule_.told(i) && node.key != found.key;
    node.key = found.key;
    node.parts = std::move(found.parts);
    if (!found.record) return schedule_.looked_up(i, found.key, std::nullopt);
    if (found.there) found.damage = write_exports(i, *found.record);
    if (found.damage) discard(i, *found.damage);
    found.there &= !found.damage;
    const bool wanted = plan::exports_any(*found.record);
    node.record = std::move(found.record);
    schedule_.looked_up(i, found.key,
                        Schedule::Result{content_of(*node.record), found.there, wanted});
  }

  // What turns out to be wrong with the stored result; what else goes wrong is no stage's fault.
  std::optional<Damage> write_exports(std::size_t i, const cache::Record& record) {
    try {
      exporter_.write(stage(i).name(), record);
    } catch (const cache::Unavailable& unavailable) {
      return Damage{unavailable.what(), true};
    } catch (const cache::Damaged& damaged) {
      return Damage{damaged.what(), false};
    } catch (const Error& error) {
      problems_.push_back(error.what());
    } catch (const std::exception& error) {
      problems_.push_back(
          fmt::format("cannot write what stage '{}' gave: {}", stage(i).name(), error.what()));
    }
    return std::nullopt;
  }

  void discard(std::size_t i, const Damage& damage) {
    observer_.stage_log(stage(i).name(), damage.what + "; it is made again where it is needed");
    if (damage.unavailable) return;
    try {
      store_.drop_file(nodes_[i].key, [this] { return cancellation_.requested(); });
    } catch (const std::exception&) {
      // Where it may only be read, or the run ends, it stays: the next run finds out the same.
    }
  }

  void compute(std::size_t i, Executor& executor) {
    if (!std::exchange(computed_any_, true)) require_writable_cache();
    Node& node = nodes_[i];
    if (node.parts.value.is_null()) try {
        node.parts = finder_.parts_again(stage(i), input_digests(i), node.key);
      } catch (const std::exception& error) {
        return fail(i, {error.what(), {}, 0});
      }
    Action action{
        &stage(i), pipeline_.config.name, node.key, node.parts.value, node.parts.files, {},
        {},        options_.jobs};
    if (const int threads = stage(i).config->threads; threads > 0)
      action.threads = std::min(threads, options_.jobs);
    for (const auto& wire : stage(i).inputs) {
      action.producers.emplace(wire.port->info().name, *nodes_[wire.producer].record);
      action.outputs.emplace(wire.port->info().name, wire.output);
    }
    if (!schedule_.told(i)) observer_.stage_started(stage(i).name());
    executor.start(std::move(action), [this, i](Outcome outcome) {
      mailbox_.post([this, i, outcome = std::move(outcome)]() mutable {
        std::visit([&](auto& of) { settle(i, of); }, outcome);
      });
    });
  }

  // Known before anything has run, not after hours of it.
  void require_writable_cache() const {
    if (access(store_.root().c_str(), W_OK | X_OK) != 0)
      throw Error(fmt::format("the cache '{}' cannot be written to: {}; name another with --cache",
                              store_.root().string(), std::strerror(errno)));
  }

  void settle(std::size_t i, Finished& finished) {
    Node& node = nodes_[i];
    if (const auto damage = write_exports(i, finished.record)) {
      discard(i, *damage);
      return attempt_void(i, damage->what, false);
    }
    node.record = std::move(finished.record);
    node.seconds = finished.seconds;
    node.extends = std::move(finished.extends);
    schedule_.computed(i, {content_of(*node.record), true, plan::exports_any(*node.record)},
                       finished.computed);
  }

  void settle(std::size_t i, const Failed& failed) { fail(i, failed); }

  void settle(std::size_t i, const Interrupted&) { schedule_.interrupted(i); }

  void settle(std::size_t i, const DamagedInput& damaged) {
    const auto& wires = stage(i).inputs;
    const auto wire = std::find_if(wires.begin(), wires.end(), [&](const auto& candidate) {
      return candidate.port->info().name == damaged.port;
    });
    const std::size_t producer = wire->producer;
    observer_.stage_log(
        stage(producer).name(),
        damaged.message + (damaged.lost ? "; it is made again" : "; it is read again"));
    if (damaged.lost && !schedule_.lost(producer))
      nodes_[producer].message = came_back(damaged.message);
    attempt_void(i, damaged.message, damaged.lost);
  }

  void attempt_void(std::size_t i, const std::string& damage, bool of_loss) {
    if (!schedule_.attempt_void(i, of_loss)) nodes_[i].message = came_back(damage);
  }

  static std::string came_back(const std::string& damage) {
    return fmt::format("{}; that came back {} times: is the disk failing?", damage,
                       Schedule::kMostLosses);
  }

  void fail(std::size_t i, const Failed& failed) {
    nodes_[i].message = failed.message;
    for (const auto& [name, table] : failed.left)
      noting_problems([&] {
        nodes_[i].message +=
            fmt::format("; its {} so far: {}", name,
                        exporter_.write_left(stage(i).name(), name, table).string());
      });
    nodes_[i].log = failed.log;
    nodes_[i].seconds = failed.seconds;
    schedule_.failed(i);
  }

  void tell(std::size_t i) {
    const StageResult result = result_of(i);
    nodes_[i].parts = {};  // two kilobytes a stage
    if (result.state == State::ran || result.state == State::cached)
      noting_problems([&] { history_.finished(result.stage, result.key); });
    observer_.stage_finished(result);
  }

  StageResult result_of(std::size_t i) const {
    const Node& node = nodes_[i];
    StageResult result;
    result.stage = stage(i).name();
    result.state = schedule_.state(i);
    result.seconds = node.seconds;
    result.key = node.key;
    result.message = node.message;
    result.log = node.log;
    if (result.state == State::ran) result.extends = node.extends;
    const bool done = result.state == State::ran || result.state == State::cached;
    if (done && schedule_.there(i)) result.output = fs::absolute(store_.file_of(node.key));
    if (const auto producer = schedule_.blamed(i)) result.message = blame(*producer);
    else if (result.state == State::skipped) {
      result.reached = false;
      result.message = cancellation_.requested() ? "the run was interrupted"
                                                 : "the run was stopped after a failure";
    }
    return result;
  }

  std::string blame(std::size_t producer) const {
    const std::string& name = stage(producer).name();
    switch (schedule_.state(producer)) {
      case State::failed: return fmt::format("stage '{}', which it depends on, failed", name);
      case State::ran:
      case State::cached:
        return fmt::format("the result of stage '{}' was lost, and making it again failed: {}",
                           name, nodes_[producer].message);
      default: return fmt::format("stage '{}', which it depends on, did not run", name);
    }
  }

  template <class F>
  void noting_problems(F call) {
    try {
      call();
    } catch (const Error& error) {
      problems_.push_back(error.what());
    }
  }

  // What was told as done may have been lost since, without anybody who wanted it, or have become
  // another result.
  void require_kept(std::size_t i) {
    const State state = schedule_.state(i);
    if (state != State::ran && state != State::cached) return;
    if (schedule_.ended(i))
      problems_.push_back(
          fmt::format("the result of stage '{}' was lost, and making it again failed: {}",
                      stage(i).name(), nodes_[i].message));
    else if (nodes_[i].other_key)
      noting_problems([&] { history_.finished(stage(i).name(), nodes_[i].key); });
  }

  RunResult finish(double seconds) {
    RunResult result;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      require_kept(i);
      result.stages.push_back(result_of(i));
      const StageResult& stage = result.stages.back();
      result.interrupted |=
          cancellation_.requested() && (stage.state == State::interrupted || !stage.reached);
    }
    noting_problems([&] { history_.save(); });
    noting_problems([&] { result.exports = exporter_.finish(); });
    result.metrics = exporter_.metrics();
    result.problems = std::move(problems_);
    result.seconds = seconds;
    observer_.run_finished(result);
    return result;
  }

  plan::CheckedPipeline& pipeline_;
  cache::Store& store_;
  const RunOptions& options_;
  const Cancellation& cancellation_;
  Mailbox mailbox_;
  RunObserver observer_;
  Exporter exporter_;
  History history_;
  Finder finder_;
  Schedule schedule_;
  std::vector<Node> nodes_;
  std::unordered_map<std::string, std::size_t> index_;  ///< by stage
  std::vector<std::string> problems_;
  bool computed_any_ = false;
  Background background_{8};
};

}  // namespace

RunResult run(plan::CheckedPipeline& pipeline, cache::Store& store, const RunOptions& options,
              const Cancellation& cancellation, Observer& observer) {
  return Scheduler(pipeline, store, options, cancellation, observer).run();
}

}  // namespace pipeline::run
