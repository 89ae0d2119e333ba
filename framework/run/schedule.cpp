#include "run/schedule.h"

#include <algorithm>
#include <utility>

namespace pipeline::run {

Schedule::Schedule(std::vector<Stage> stages, int slots, bool fail_fast, Priorities priorities)
    : stages_(std::move(stages)),
      nodes_(stages_.size()),
      slots_(slots),
      fail_fast_(fail_fast),
      make_priorities_(std::move(priorities)) {
  for (std::size_t i = 0; i < size(); ++i) {
    nodes_[i].open_consumers = stages_[i].consumers.size();
    nodes_[i].wanted = stages_[i].consumers.empty();
    wake(i);
  }
}

std::optional<Schedule::Command> Schedule::next() {
  for (;;) {
    while (!changed_.empty()) {
      const std::size_t i = changed_.front();
      changed_.pop_front();
      nodes_[i].queued = false;
      consider(i);
    }
    if (!to_look_up_.empty() && !stopping()) {
      const std::size_t i = to_look_up_.front();
      to_look_up_.pop_front();
      ++under_way_;
      return Command{Act::look_up, i};
    }
    settle_confirmed();
    if (!to_tell_.empty()) {
      const Command command = to_tell_.front();
      to_tell_.pop_front();
      return command;
    }
    const auto i = take_ready();
    if (!i) return std::nullopt;
    if (begin(*i)) return Command{Act::compute, *i};
  }
}

// A queue, not recursion: a chain may be a hundred thousand stages long.
void Schedule::wake(std::size_t i) {
  if (!std::exchange(nodes_[i].queued, true)) changed_.push_back(i);
}

void Schedule::consider(std::size_t i) {
  Node& node = nodes_[i];
  if (node.phase == Phase::known && inputs_version(i) != node.inputs_version) {
    // A producer was made again and gave something else: this is the result of what is gone.
    node.known = node.there = false;
    node.phase = Phase::waiting;
  }
  if (node.phase == Phase::known && node.wanted && !node.there) node.phase = Phase::blocked;
  if (node.phase == Phase::waiting) consider_waiting(i);
  else if (node.phase == Phase::blocked) consider_blocked(i);
}

void Schedule::consider_waiting(std::size_t i) {
  for (const std::size_t producer : stages_[i].producers) {
    if (nodes_[producer].known) continue;
    if (nodes_[producer].phase == Phase::ended) give_up(i, producer);
    return;
  }
  nodes_[i].phase = Phase::looking_up;
  to_look_up_.push_back(i);
}

void Schedule::consider_blocked(std::size_t i) {
  bool all_there = true;
  for (const std::size_t producer : stages_[i].producers) {
    const Node& node = nodes_[producer];
    if (node.there) continue;
    if (node.phase == Phase::ended) return give_up(i, producer);
    want(producer);
    all_there = false;
  }
  if (!all_there) return;
  // A producer that was made again may have given something else.
  if (inputs_version(i) != nodes_[i].inputs_version) {
    nodes_[i].phase = Phase::waiting;
    return consider_waiting(i);
  }
  make_ready(i);
}

void Schedule::want(std::size_t i) {
  nodes_[i].wanted = true;
  if (nodes_[i].phase == Phase::known) wake(i);
}

long Schedule::inputs_version(std::size_t i) const {
  long sum = 0;  // versions only grow: the sum changes when one does
  for (const std::size_t producer : stages_[i].producers) sum += nodes_[producer].version;
  return sum;
}

void Schedule::looked_up(std::size_t i, const std::string& key, std::optional<Result> result) {
  --under_way_;
  Node& node = nodes_[i];
  node.key = key;
  node.inputs_version = inputs_version(i);
  node.looked_up_at = results_made_;
  if (!result) {
    node.phase = Phase::blocked;
    return wake(i);
  }
  know(i, *result);
  if (node.open_consumers == 0 && (node.there || !node.wanted)) confirm(i);
}

void Schedule::put_off(std::size_t i) {
  --under_way_;
  nodes_[i].phase = Phase::waiting;
}

void Schedule::know(std::size_t i, const Result& result) {
  Node& node = nodes_[i];
  if (!node.known || node.content != result.content) {
    node.content = result.content;
    ++node.version;
  }
  node.known = true;
  node.there = result.there;
  node.wanted |= result.wanted;
  node.phase = Phase::known;
  wake(i);
  for (const std::size_t consumer : stages_[i].consumers) wake(consumer);
}

void Schedule::inputs_checked(std::size_t i) {
  if (nodes_[i].phase == Phase::running) confirm(i);
}

void Schedule::computed(std::size_t i, Result result, bool by_us) {
  --under_way_;
  release_twins(i);
  made_[nodes_[i].key] = ++results_made_;
  know(i, result);
  tell(i, by_us ? State::ran : State::cached);
}

void Schedule::failed(std::size_t i) {
  --under_way_;
  end(i, State::failed);
}

void Schedule::interrupted(std::size_t i) {
  --under_way_;
  end(i, State::interrupted);
}

bool Schedule::lost(std::size_t i) {
  Node& node = nodes_[i];
  if (!std::exchange(node.there, false)) return node.phase != Phase::ended;  // it is being seen to
  if (++node.losses > kMostLosses) {
    end(i, State::failed);
    return false;
  }
  wake(i);
  return true;
}

bool Schedule::attempt_void(std::size_t i, bool of_loss) {
  --under_way_;
  release_twins(i);
  nodes_[i].phase = Phase::blocked;
  if (!of_loss && ++nodes_[i].voids > kMostLosses) {
    end(i, State::failed);
    return false;
  }
  wake(i);
  return true;
}

void Schedule::end(std::size_t i, State state) {
  release_twins(i);
  nodes_[i].phase = Phase::ended;
  nodes_[i].there = false;
  any_failed_ |= state == State::failed;
  for (const std::size_t consumer : stages_[i].consumers) wake(consumer);
  tell(i, state);
}

// What has been told as done cannot be blamed without a word: then the loss fails who wanted it.
void Schedule::give_up(std::size_t i, std::size_t producer) {
  nodes_[i].blamed = producer;
  const State state = nodes_[producer].state;
  end(i, state == State::ran || state == State::cached ? State::failed : State::skipped);
}

void Schedule::tell(std::size_t i, State state) {
  Node& node = nodes_[i];
  if (!std::exchange(node.told, true)) {
    node.state = state;
    to_tell_.push_back({Act::tell, i});
  }
  confirm(i);
}

void Schedule::confirm(std::size_t i) {
  if (!std::exchange(nodes_[i].confirmed, true)) just_confirmed_.push_back(i);
}

// From what nothing can make run again upwards to what it reads; told in the pipeline's order.
void Schedule::settle_confirmed() {
  std::vector<std::size_t> final;
  const auto is_final = [&](std::size_t i) {
    const Node& node = nodes_[i];
    return node.phase == Phase::known && !node.told && node.open_consumers == 0 &&
           (node.there || !node.wanted);
  };
  while (!just_confirmed_.empty()) {
    const std::size_t i = just_confirmed_.back();
    just_confirmed_.pop_back();
    if (is_final(i)) {
      nodes_[i].told = true;
      nodes_[i].state = State::cached;
      final.push_back(i);
    }
    for (const std::size_t producer : stages_[i].producers)
      if (--nodes_[producer].open_consumers == 0 && is_final(producer)) confirm(producer);
  }
  std::sort(final.begin(), final.end());
  for (const std::size_t i : final) to_tell_.push_back({Act::tell, i});
}

void Schedule::release_twins(std::size_t i) {
  const auto twins = running_.find(nodes_[i].key);
  if (nodes_[i].phase != Phase::running || twins == running_.end()) return;
  used_slots_ -= stages_[i].slots;
  // What was computed is in the store now: each looks again.
  for (const std::size_t twin : twins->second) {
    nodes_[twin].phase = Phase::waiting;
    wake(twin);
  }
  running_.erase(twins);
}

void Schedule::make_ready(std::size_t i) {
  if (priorities_.empty()) priorities_ = make_priorities_();
  nodes_[i].phase = Phase::ready;
  ready_[stages_[i].slots].emplace(-priorities_[i], i);
}

// The most urgent of those that fit. A wide one that does not fit is overtaken by at most as many
// as there are slots; then the slots are kept for it.
std::optional<std::size_t> Schedule::take_ready() {
  if (stopping() || ready_.empty()) return std::nullopt;
  const auto sooner = [](const auto& a, const auto& b) {
    return *a.second.begin() < *b.second.begin();
  };
  const auto first = std::min_element(ready_.begin(), ready_.end(), sooner);
  const int free = slots_ - used_slots_;
  auto chosen = first;
  if (first->first > free && used_slots_ > 0) {
    Node& waiting = nodes_[first->second.begin()->second];
    const auto end = ready_.upper_bound(free);
    if (end == ready_.begin() || waiting.overtaken >= slots_) return std::nullopt;
    ++waiting.overtaken;
    chosen = std::min_element(ready_.begin(), end, sooner);
  }
  const std::size_t i = chosen->second.begin()->second;
  chosen->second.erase(chosen->second.begin());
  if (chosen->second.empty()) ready_.erase(chosen);
  return i;
}

// False where, since it became ready, an input was lost or became another one, or where another
// stage computes the very same, or has done so.
bool Schedule::begin(std::size_t i) {
  Node& node = nodes_[i];
  node.phase = Phase::blocked;
  const auto& producers = stages_[i].producers;
  const bool as_it_was =
      inputs_version(i) == node.inputs_version &&
      std::all_of(producers.begin(), producers.end(), [&](auto p) { return nodes_[p].there; });
  if (!as_it_was) {
    wake(i);
    return false;
  }
  if (const auto twin = made_.find(node.key);
      twin != made_.end() && twin->second > node.looked_up_at) {
    node.phase = Phase::waiting;
    wake(i);
    return false;
  }
  if (const auto twin = running_.find(node.key); twin != running_.end()) {
    node.phase = Phase::looking_up;  // nothing wakes it but the twin's end
    twin->second.push_back(i);
    return false;
  }
  node.phase = Phase::running;
  running_[node.key];
  used_slots_ += stages_[i].slots;
  ++under_way_;
  return true;
}

void Schedule::close() {
  for (std::size_t i = 0; i < size(); ++i) {
    Node& node = nodes_[i];
    if (node.told) continue;
    node.told = true;
    const bool cached = node.phase == Phase::known && (node.there || !node.wanted);
    node.state = cached ? State::cached : State::skipped;
    to_tell_.push_back({Act::tell, i});
  }
}

}  // namespace pipeline::run
