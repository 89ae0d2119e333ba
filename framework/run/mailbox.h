#pragma once
#include <condition_variable>
#include <mutex>
#include <queue>
#include <utility>

#include "run/action.h"

namespace pipeline::run {

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

}  // namespace pipeline::run
