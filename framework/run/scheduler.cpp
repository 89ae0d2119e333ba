#include "run/scheduler.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <queue>

#include "plan/key.h"
#include "run/executor.h"
#include "run/exporter.h"

namespace pipeline::run {
namespace {

using Clock = std::chrono::steady_clock;

/// Lets one call through at a time.
class SerialObserver : public Observer {
 public:
  explicit SerialObserver(Observer& inner) : inner_(inner) {}
  void run_started(const std::string& pipeline, std::size_t stages) override {
    const std::lock_guard guard(mutex_);
    inner_.run_started(pipeline, stages);
  }
  void stage_started(const std::string& stage) override {
    const std::lock_guard guard(mutex_);
    inner_.stage_started(stage);
  }
  void stage_progress(const std::string& stage, std::int64_t done, std::int64_t total,
                      const std::vector<std::pair<std::string, double>>& figures) override {
    const std::lock_guard guard(mutex_);
    inner_.stage_progress(stage, done, total, figures);
  }
  void stage_log(const std::string& stage, const std::string& line) override {
    const std::lock_guard guard(mutex_);
    inner_.stage_log(stage, line);
  }
  void stage_finished(const StageResult& result) override {
    const std::lock_guard guard(mutex_);
    inner_.stage_finished(result);
  }
  void run_finished(const RunResult& result) override {
    const std::lock_guard guard(mutex_);
    inner_.run_finished(result);
  }

 private:
  Observer& inner_;
  std::mutex mutex_;
};

/// Outcomes on their way from the executor's threads to the scheduler's.
class Mailbox {
 public:
  void post(std::size_t stage, Outcome outcome) {
    {
      const std::lock_guard guard(mutex_);
      queue_.emplace(stage, std::move(outcome));
    }
    arrived_.notify_one();
  }
  std::pair<std::size_t, Outcome> take() {
    std::unique_lock guard(mutex_);
    arrived_.wait(guard, [&] { return !queue_.empty(); });
    auto item = std::move(queue_.front());
    queue_.pop();
    return item;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::queue<std::pair<std::size_t, Outcome>> queue_;
};

enum class Phase { waiting, ready, running, settled };

struct Node {
  Phase phase = Phase::waiting;
  std::optional<cache::Record> record;  ///< once its result is known
  cache::Digest key;
  Value parts;
  bool bytes_wanted = false;  ///< a consumer, or an export, needs the stored file
  double path_seconds = 0;    ///< of the longest path from here down
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
    prepare();
    observer_.run_started(pipeline_.config.name, nodes_.size());
    auto executor = make_local_executor(store_, cancellation_, observer_);
    for (std::size_t i = 0; i < nodes_.size(); ++i) pending_.push_back(i);
    while (consider_pending(), start_ready(*executor), running_ > 0) {
      auto [stage, outcome] = mailbox_.take();
      settle(stage, std::move(outcome));
    }
    executor.reset();
    return finish(std::chrono::duration<double>(Clock::now() - start).count());
  }

 private:
  plan::CheckedStage& stage(std::size_t i) { return pipeline_.stages[i]; }

  void prepare() {
    run_record_.pipeline = pipeline_.config.name;
    run_record_.file = pipeline_.config.file.string();
    run_record_.started = fmt::format(
        "{:%Y-%m-%dT%H:%M:%S}Z",
        std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()));
    const auto last = store_.last_run(pipeline_.config.name);
    if (last)
      for (const auto& [name, key] : last->keys) previous_[name] = key;
    for (std::size_t i = nodes_.size(); i-- > 0;) {
      nodes_[i].result.stage = stage(i).name();
      nodes_[i].bytes_wanted = stage(i).consumers.empty();
      for (const std::size_t consumer : stage(i).consumers)
        nodes_[i].path_seconds = std::max(nodes_[i].path_seconds, nodes_[consumer].path_seconds);
      nodes_[i].path_seconds += expected_seconds(stage(i).name());
    }
  }

  // From the stage's last run; without one every stage counts the same.
  double expected_seconds(const std::string& name) const {
    const auto key = previous_.find(name);
    if (key == previous_.end()) return 1;
    const auto record = store_.find(key->second);
    return record ? record->seconds : 1;
  }

  // A queue, not recursion: a chain may be a hundred thousand stages long.
  void consider_pending() {
    while (!pending_.empty()) {
      const std::size_t i = pending_.front();
      pending_.pop_front();
      consider(i);
    }
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
    try {
      node.parts = plan::key_parts(stage(i), digests, store_);
    } catch (const Error& error) {
      return fail(i, {error.what(), {}, 0});
    }
    node.key = plan::key_of(node.parts);
    if (auto record = store_.find(node.key)) {
      const bool wanted = node.bytes_wanted || Exporter::exports(*record);
      if (!wanted || store_.has_file(*record))
        return succeed(i, std::move(*record), State::cached, 0);
    }
    if (demand_inputs(i)) {
      node.phase = Phase::ready;
      ready_.push_back(i);
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
      const auto next = std::max_element(ready_.begin(), ready_.end(), [&](auto a, auto b) {
        return std::pair(nodes_[a].path_seconds, b) < std::pair(nodes_[b].path_seconds, a);
      });
      const int slots = std::clamp(stage(*next).config->threads, 1, options_.jobs);
      if (running_ > 0 && used_slots_ + slots > options_.jobs) return;
      const std::size_t i = *next;
      ready_.erase(next);
      start(i, slots, executor);
    }
  }

  bool stopping() const { return cancellation_.requested() || (options_.fail_fast && failed_); }

  void start(std::size_t i, int slots, Executor& executor) {
    Node& node = nodes_[i];
    Action action{i, &stage(i), pipeline_.config.name, node.key, node.parts, {}, {}, options_.jobs};
    if (stage(i).config->threads > 0) action.threads = slots;
    for (const auto& wire : stage(i).inputs) {
      action.producers.emplace(wire.port->info().name, *nodes_[wire.producer].record);
      action.outputs.emplace(wire.port->info().name, wire.output);
    }
    node.phase = Phase::running;
    ++running_;
    used_slots_ += slots;
    observer_.stage_started(stage(i).name());
    executor.start(std::move(action),
                   [this, i](Outcome outcome) { mailbox_.post(i, std::move(outcome)); });
  }

  void settle(std::size_t i, Outcome outcome) {
    --running_;
    used_slots_ -= std::clamp(stage(i).config->threads, 1, options_.jobs);
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
    for (const auto& wire : stage(i).inputs) {
      if (wire.port->info().name != damaged.port) continue;
      const std::size_t producer = wire.producer;
      observer_.stage_log(stage(producer).name(), damaged.message + "; it runs again");
      store_.remove(nodes_[producer].key);
      nodes_[i].phase = Phase::waiting;
      run_again(producer);
      return pending_.push_back(i);
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
      return fail(i, {error.what(), {}, seconds});
    }
    node.phase = Phase::settled;
    node.record = std::move(record);
    node.result.state = state;
    node.result.seconds = seconds;
    node.result.key = node.key;
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
    constexpr auto kInterval = std::chrono::seconds(2);
    if (Clock::now() - remembered_ < kInterval) return;
    remembered_ = Clock::now();
    save_run();
  }

  void save_run() {
    cache::RunRecord record = run_record_;
    for (const plan::CheckedStage& stage : pipeline_.stages)
      if (const auto old = previous_.find(stage.name()); old != previous_.end())
        record.keys.emplace(stage.name(), old->second);
    store_.save_run(record);
  }

  RunResult finish(double seconds) {
    RunResult result;
    result.interrupted = cancellation_.requested();
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      Node& node = nodes_[i];
      if (node.phase != Phase::settled && node.result.message.empty())
        node.result.message =
            result.interrupted ? "the run was interrupted" : "the run was stopped after a failure";
      result.stages.push_back(node.result);
    }
    save_run();
    result.exports = exporter_.finish();
    result.metrics = exporter_.metrics();
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
  std::vector<std::size_t> ready_;
  Mailbox mailbox_;
  int running_ = 0, used_slots_ = 0;
  bool failed_ = false;
  cache::RunRecord run_record_;
  std::map<std::string, cache::Digest> previous_;
  Clock::time_point remembered_ = Clock::now();
};

}  // namespace

RunResult run(plan::CheckedPipeline& pipeline, cache::Store& store, const RunOptions& options,
              const Cancellation& cancellation, Observer& observer) {
  return Scheduler(pipeline, store, options, cancellation, observer).run();
}

}  // namespace pipeline::run
