#pragma once
#include <atomic>

namespace pipeline::run {

/// Set once, when a run is to stop; safe to set from a signal handler.
class Cancellation {
 public:
  void request() { requested_.store(true, std::memory_order_relaxed); }
  bool requested() const { return requested_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> requested_{false};
};

/// While it lives, the first Ctrl-C (or SIGTERM) requests the cancellation, and a second one ends
/// the process at once with status 130.
class InterruptHandler {
 public:
  explicit InterruptHandler(Cancellation& cancellation);
  ~InterruptHandler();
  InterruptHandler(const InterruptHandler&) = delete;
  InterruptHandler& operator=(const InterruptHandler&) = delete;
};

}  // namespace pipeline::run
