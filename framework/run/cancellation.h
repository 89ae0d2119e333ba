#pragma once
#include <atomic>
#include <csignal>

namespace pipeline::run {

/// Set once, when a run is to stop; safe to set from a signal handler.
class Cancellation {
 public:
  /// `signal` is the one that asks for it. False if somebody had asked before, who then counts.
  bool request(int signal = SIGINT) {
    int nobody = 0;
    return signal_.compare_exchange_strong(nobody, signal, std::memory_order_relaxed);
  }
  bool requested() const { return signal() != 0; }
  /// 0 while nobody has asked.
  int signal() const { return signal_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int> signal_{0};
};

/// While it lives, the first SIGINT (Ctrl-C), SIGTERM or SIGHUP (the terminal is gone) requests the
/// cancellation, and a second one ends the process at once with status 128 + its number; the same
/// one by the same sender within half a second is no second one. One that the launcher had ignored
/// (nohup, a shell's background job) stays ignored.
class InterruptHandler {
 public:
  explicit InterruptHandler(Cancellation& cancellation);
  ~InterruptHandler();
  InterruptHandler(const InterruptHandler&) = delete;
  InterruptHandler& operator=(const InterruptHandler&) = delete;
};

}  // namespace pipeline::run
