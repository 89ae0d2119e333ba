#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace pipeline::run {

/// A few threads for what would keep the scheduler's from its work, started as they are needed.
class Background {
 public:
  explicit Background(std::size_t most_threads) : most_threads_(most_threads) {}
  /// Waits for what has been begun, and drops the rest.
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  /// Where no thread can be had, `work` is done before this returns. It throws nothing.
  void post(std::function<void()> work);

 private:
  void serve();

  const std::size_t most_threads_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace pipeline::run
