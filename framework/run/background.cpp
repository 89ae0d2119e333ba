#include "run/background.h"

#include <system_error>
#include <utility>

namespace pipeline::run {

Background::~Background() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Background::post(std::function<void()> work) {
  {
    const std::lock_guard guard(mutex_);
    queue_.push_back(std::move(work));
    if (idle_ < queue_.size() && threads_.size() < most_threads_) try {
        threads_.emplace_back([this] { serve(); });
      } catch (const std::system_error&) {
        // The threads that there are will do it.
      }
    if (!threads_.empty()) return wake_.notify_one();
    work = std::move(queue_.back());
    queue_.pop_back();
  }
  work();
}

void Background::serve() {
  std::unique_lock guard(mutex_);
  for (;;) {
    ++idle_;
    wake_.wait(guard, [this] { return stopping_ || !queue_.empty(); });
    --idle_;
    if (stopping_) return;
    const auto work = std::move(queue_.front());
    queue_.pop_front();
    guard.unlock();
    work();
    guard.lock();
  }
}

}  // namespace pipeline::run
