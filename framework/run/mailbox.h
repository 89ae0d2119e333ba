#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <queue>

namespace pipeline::run {

/// Calls that other threads leave for the scheduler's to make.
class Mailbox {
 public:
  using Call = std::function<void()>;
  void post(Call call) {
    {
      const std::lock_guard guard(mutex_);
      queue_.push(std::move(call));
    }
    arrived_.notify_one();
  }
  /// Waits for one.
  Call take() {
    std::unique_lock guard(mutex_);
    arrived_.wait(guard, [&] { return !queue_.empty(); });
    Call call = std::move(queue_.front());
    queue_.pop();
    return call;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::queue<Call> queue_;
};

}  // namespace pipeline::run
