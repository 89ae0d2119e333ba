#include "run/history.h"

#include <algorithm>

#include "cache/time.h"

namespace pipeline::run {
namespace {
constexpr auto kInterval = std::chrono::seconds(2);
}

History::History(const plan::CheckedPipeline& pipeline, cache::Store& store)
    : pipeline_(pipeline), store_(store), save_again_(Clock::now() + kInterval) {
  if (const auto last = cache::last_run(store, pipeline.config.name)) previous_ = last->keys;
}

// With what an earlier run knew of stages, until this one has finished them.
void History::announce(std::function<bool()> cancelled) {
  cache::RunRecord record{pipeline_.config.name, cache::utc_now(), pipeline_.config.file.string()};
  for (const plan::CheckedStage& stage : pipeline_.stages)
    if (const auto old = previous_.find(stage.name()); old != previous_.end())
      record.keys.insert(*old);
  run_.emplace(store_, std::move(record), std::move(cancelled));
}

void History::reach(const cache::Digest& key) { run_->reach(key); }

void History::finished(const std::string& stage, const cache::Digest& key) {
  run_->finished(stage, key);
  const auto start = Clock::now();
  if (start < save_again_) return;
  save();
  // The more stages, the longer a save takes: at most a twentieth of the run's time.
  save_again_ = Clock::now() + std::max<Clock::duration>(kInterval, 20 * (Clock::now() - start));
}

void History::save() { run_->save(); }

double History::last_seconds(const std::string& stage) const {
  const auto key = previous_.find(stage);
  if (key == previous_.end()) return 1;
  const auto record = store_.find(key->second, cache::Store::Detail::without_parts);
  return record ? record->seconds : 1;
}

std::vector<double> History::path_seconds() const {
  std::vector<double> seconds(pipeline_.stages.size(), 0);
  for (std::size_t i = seconds.size(); i-- > 0;) {
    for (const std::size_t consumer : pipeline_.stages[i].consumers)
      seconds[i] = std::max(seconds[i], seconds[consumer]);
    seconds[i] += last_seconds(pipeline_.stages[i].name());
  }
  return seconds;
}

}  // namespace pipeline::run
