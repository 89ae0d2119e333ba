#include "run/scheduler.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <set>

#include "cache/runs.h"
#include "cache/time.h"
#include "plan/exports.h"
#include "plan/key.h"
#include "run/exporter.h"
#include "run/mailbox.h"
#include "run/serial_observer.h"

namespace pipeline::run {
namespace {

using Clock = std::chrono::steady_clock;

enum class Phase { waiting, ready, running, settled };

struct Node {
  Phase phase = Phase::waiting;
  std::optional<cache::Record> record;  ///< once its result is known
  cache::Digest key;
  plan::KeyParts parts;
  bool bytes_wanted = false;  ///< a consumer, or an export, needs the stored file
  double path_seconds = 0;    ///< of the longest path from here down
  int slots = 1;              ///< that it takes while it runs
  StageResult result;
};

class Scheduler {
 public:
  Scheduler(plan::CheckedPipeline& pipeline, cache::Store& store, const RunOptions& options,
            const Cancellation& cancellation, Observer& observer)
      : pipeline_(pipeline),
        store_(store),
        options_(options),
        cancellation_(cancellation),
        observer_(observer),
        exporter_(options.out, store),
        nodes_(pipeline.stages.size()) {}

  RunResult run() {
    const auto start = Clock::now();
    exporter_.require_writable();
    prepare();
    observer_.run_started(pipeline_.config.name, nodes_.size());
    auto executor = options_.executor(store_, cancellation_, observer_);
    for (std::size_t i = 0; i < nodes_.size(); ++i) pending_.push_back(i);
    consider_pending();
    if (!ready_.empty()) require_writable_cache();
    while (consider_pending(), start_ready(*executor), !running_.empty()) {
      auto [stage, outcome] = mailbox_.take();
      guarded(stage, [&] { settle(stage, std::move(outcome)); });
    }
    executor.reset();
    return finish(std::chrono::duration<double>(Clock::now() - start).count());
  }

 private:
  plan::CheckedStage& stage(std::size_t i) { return pipeline_.stages[i]; }

  void prepare() {
    run_record_.pipeline = pipeline_.config.name;
    run_record_.file = pipeline_.config.file.string();
    run_record_.started = cache::utc_now();
    if (const auto last = cache::last_run(store_, pipeline_.config.name)) previous_ = last->keys;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      nodes_[i].result.stage = stage(i).name();
      nodes_[i].slots = std::clamp(stage(i).config->threads, 1, options_.jobs);
      nodes_[i].bytes_wanted = stage(i).consumers.empty();
    }
  }

  // Once the first stage has to run: the records of all are read for it.
  void find_path_seconds() {
    if (std::exchange(paths_known_, true)) return;
    for (std::size_t i = nodes_.size(); i-- > 0;) {
      for (const std::size_t consumer : stage(i).consumers)
        nodes_[i].path_seconds = std::max(nodes_[i].path_seconds, nodes_[consumer].path_seconds);
      nodes_[i].path_seconds += expected_seconds(stage(i).name());
    }
  }

  // From the stage's last run; without one every stage counts the same.
  double expected_seconds(const std::string& name) const {
    const auto key = previous_.find(name);
    if (key == previous_.end()) return 1;
    const auto record = store_.find(key->second, cache::Store::Detail::without_parts);
    return record ? record->seconds : 1;
  }

  // A queue, not recursion: a chain may be a hundred thousand stages long.
  void consider_pending() {
    while (!pending_.empty()) {
      const std::size_t i = pending_.front();
      pending_.pop_front();
      guarded(i, [&] { consider(i); });
    }
  }

  // What the store or a file cannot give fails the stage that wants it, not the run.
  template <class F>
  void guarded(std::size_t i, F call) {
    try {
      call();
    } catch (const Cancelled&) {
      // While a file was read for the key: the stage stays what it is.
    } catch (const std::exception& error) {
      fail(i, {error.what(), {}, 0});
    }
  }

  // Known before anything has run, not after hours of it.
  void require_writable_cache() const {
    if (access(store_.root().c_str(), W_OK | X_OK) != 0)
      throw Error(fmt::format("the cache '{}' cannot be written to: {}; name another with --cache",
                              store_.root().string(), std::strerror(errno)));
  }

  /// Decides what to do with a waiting stage, if that can be decided yet.
  void consider(std::size_t i) {
    Node& node = nodes_[i];
    if (node.phase != Phase::waiting) return;
    std::map<std::string, cache::Digest> digests;
    for (const auto& wire : stage(i).inputs) {
      const Node& producer = nodes_[wire.producer];
      if (producer.phase == Phase::settled && !producer.record)
        return skip(i,
                    fmt::format("stage '{}', which it depends on, {}", producer.result.stage,
                                producer.result.state == State::failed ? "failed" : "did not run"));
      if (!producer.record) return;
      digests[wire.port->info().name] = producer.record->outputs.at(wire.output).digest;
    }
    node.parts =
        plan::key_parts(stage(i), digests, store_, [this] { return cancellation_.requested(); });
    node.key = plan::key_of(node.parts.value);
    if (auto record = store_.find(node.key, cache::Store::Detail::without_parts)) {
      const bool wanted = node.bytes_wanted || plan::exports_any(*record);
      if (!wanted || store_.has_file(*record))
        return succeed(i, std::move(*record), State::cached, 0);
    }
    if (demand_inputs(i)) {
      find_path_seconds();
      node.phase = Phase::ready;
      ready_.emplace(-node.path_seconds, i);
    }
  }

  // False while the bytes of an input have to be made again first.
  bool demand_inputs(std::size_t i) {
    bool all_there = true;
    for (const auto& wire : stage(i).inputs) {
      Node& producer = nodes_[wire.producer];
      if (producer.phase == Phase::settled && store_.has_file(*producer.record)) continue;
      all_there = false;
      run_again(wire.producer);
    }
    return all_there;
  }

  void run_again(std::size_t i) {
    Node& node = nodes_[i];
    node.bytes_wanted = true;
    if (node.phase != Phase::settled) return;
    node.phase = Phase::waiting;
    pending_.push_back(i);
  }

  void start_ready(Executor& executor) {
    while (!ready_.empty() && !stopping()) {
      const std::size_t i = ready_.begin()->second;
      if (!running_.empty() && used_slots_ + nodes_[i].slots > options_.jobs) return;
      ready_.erase(ready_.begin());
      if (still_ready(i)) start(i, executor);
    }
  }

  // Since it became ready, an input's producer may have to run again, or have given something else,
  // or another stage may have begun to compute the very same.
  bool still_ready(std::size_t i) {
    Node& node = nodes_[i];
    node.phase = Phase::waiting;
    if (const auto twin = running_.find(node.key); twin != running_.end()) {
      twin->second.push_back(i);
      return false;
    }
    for (const auto& wire : stage(i).inputs) {
      const Node& producer = nodes_[wire.producer];
      if (producer.phase != Phase::settled) return false;  // it reports when it is
      if (!producer.record || Value(producer.record->outputs.at(wire.output).digest) !=
                                  node.parts.value.at("inputs").at(wire.port->info().name)) {
        pending_.push_back(i);
        consider_pending();
        return false;
      }
    }
    return true;
  }

  bool stopping() const { return cancellation_.requested() || (options_.fail_fast && failed_); }

  void start(std::size_t i, Executor& executor) {
    Node& node = nodes_[i];
    Action action{
        &stage(i), pipeline_.config.name, node.key, node.parts.value, node.parts.files, {},
        {},        options_.jobs};
    if (stage(i).config->threads > 0) action.threads = node.slots;
    for (const auto& wire : stage(i).inputs) {
      action.producers.emplace(wire.port->info().name, *nodes_[wire.producer].record);
      action.outputs.emplace(wire.port->info().name, wire.output);
    }
    node.phase = Phase::running;
    running_[node.key];
    used_slots_ += node.slots;
    observer_.stage_started(stage(i).name());
    executor.start(std::move(action),
                   [this, i](Outcome outcome) { mailbox_.post(i, std::move(outcome)); });
  }

  void settle(std::size_t i, Outcome outcome) {
    const auto twins = running_.extract(nodes_[i].key).mapped();
    pending_.insert(pending_.end(), twins.begin(), twins.end());
    used_slots_ -= nodes_[i].slots;
    if (auto* finished = std::get_if<Finished>(&outcome)) {
      succeed(i, std::move(finished->record), finished->computed ? State::ran : State::cached,
              finished->seconds);
    } else if (auto* failed = std::get_if<Failed>(&outcome)) {
      fail(i, *failed);
    } else if (auto* damaged = std::get_if<DamagedInput>(&outcome)) {
      replace_damaged(i, *damaged);
    } else {
      nodes_[i].phase = Phase::settled;
      nodes_[i].result.state = State::interrupted;
      report(i);
    }
  }

  void replace_damaged(std::size_t i, const DamagedInput& damaged) {
    nodes_[i].phase = Phase::waiting;
    pending_.push_back(i);
    for (const auto& wire : stage(i).inputs)
      if (wire.port->info().name == damaged.port) make_again(wire.producer, wire.output);
  }

  // Another consumer, or another process, may have seen to it already.
  void make_again(std::size_t producer, const std::string& output) {
    Node& node = nodes_[producer];
    if (node.phase != Phase::settled) return;
    try {
      store_.load(*node.record, output);
    } catch (const cache::Damaged& damaged) {
      observer_.stage_log(stage(producer).name(), std::string(damaged.what()) + "; it runs again");
      store_.remove(node.key);
      run_again(producer);
    }
  }

  void succeed(std::size_t i, cache::Record record, State state, double seconds) {
    Node& node = nodes_[i];
    try {
      exporter_.write(stage(i).name(), record);
    } catch (const cache::Damaged& damaged) {
      observer_.stage_log(stage(i).name(), std::string(damaged.what()) + "; it runs again");
      store_.remove(node.key);
      node.phase = Phase::waiting;
      return pending_.push_back(i);
    } catch (const Error& error) {
      problems_.push_back(error.what());  // the result itself is kept
    }
    node.phase = Phase::settled;
    node.parts = {};
    node.record = std::move(record);
    node.result.state = state;
    node.result.seconds = seconds;
    node.result.key = node.key;
    if (store_.has_file(*node.record))
      node.result.output = std::filesystem::absolute(store_.file_of(node.key));
    remember(i);
    report(i);
  }

  void fail(std::size_t i, const Failed& failed) {
    Node& node = nodes_[i];
    node.phase = Phase::settled;
    node.record.reset();
    node.result.state = State::failed;
    node.result.seconds = failed.seconds;
    node.result.key = node.key;
    node.result.message = failed.message;
    node.result.log = failed.log;
    failed_ = true;
    report(i);
  }

  void skip(std::size_t i, std::string why) {
    nodes_[i].phase = Phase::settled;
    nodes_[i].result.state = State::skipped;
    nodes_[i].result.message = std::move(why);
    report(i);
  }

  void report(std::size_t i) {
    observer_.stage_finished(nodes_[i].result);
    const auto& consumers = stage(i).consumers;
    pending_.insert(pending_.end(), consumers.begin(), consumers.end());
  }

  // So that a run that is killed still tells `why`, and gc, what it had finished.
  void remember(std::size_t i) {
    run_record_.keys[stage(i).name()] = nodes_[i].key;
    const auto start = Clock::now();
    if (start < remember_again_) return;
    save_run();
    // The more stages, the longer a save takes: at most a twentieth of the run's time.
    remember_again_ =
        Clock::now() + std::max<Clock::duration>(kRemember, 20 * (Clock::now() - start));
  }

  // With what an earlier run knew of stages that this one has not finished (yet).
  void save_run() {
    cache::RunRecord record = run_record_;
    for (const plan::CheckedStage& stage : pipeline_.stages)
      if (const auto old = previous_.find(stage.name()); old != previous_.end())
        record.keys.emplace(stage.name(), old->second);
    noting_problems([&] { cache::save_run(store_, record); });
  }

  template <class F>
  void noting_problems(F call) {
    try {
      call();
    } catch (const Error& error) {
      problems_.push_back(error.what());
    }
  }

  RunResult finish(double seconds) {
    RunResult result;
    for (Node& node : nodes_) {
      const bool unfinished =
          node.phase != Phase::settled || node.result.state == State::interrupted;
      if (unfinished && cancellation_.requested()) result.interrupted = true;
      if (node.phase != Phase::settled)
        node.result.message = cancellation_.requested() ? "the run was interrupted"
                                                        : "the run was stopped after a failure";
      result.stages.push_back(node.result);
    }
    save_run();
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
  SerialObserver observer_;
  Exporter exporter_;
  std::vector<Node> nodes_;
  std::deque<std::size_t> pending_;  ///< to be considered, now that something they wait for changed
  std::set<std::pair<double, std::size_t>> ready_;  ///< longest path first
  /// The keys being computed, each with the stages that wait because theirs is the same.
  std::map<cache::Digest, std::vector<std::size_t>> running_;
  Mailbox mailbox_;
  int used_slots_ = 0;
  bool failed_ = false;
  bool paths_known_ = false;
  std::vector<std::string> problems_;
  cache::RunRecord run_record_;
  std::map<std::string, cache::Digest> previous_;
  static constexpr auto kRemember = std::chrono::seconds(2);
  Clock::time_point remember_again_ = Clock::now() + kRemember;
};

}  // namespace

RunResult run(plan::CheckedPipeline& pipeline, cache::Store& store, const RunOptions& options,
              const Cancellation& cancellation, Observer& observer) {
  return Scheduler(pipeline, store, options, cancellation, observer).run();
}

}  // namespace pipeline::run
