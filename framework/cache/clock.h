#pragma once
#include <chrono>
#include <thread>

namespace pipeline::cache {

/// The time that passes in this process, whatever the date is set to. A test's own passes at once.
class Clock {
 public:
  using Time = std::chrono::steady_clock::time_point;
  virtual ~Clock() = default;
  virtual Time now() { return std::chrono::steady_clock::now(); }
  virtual void sleep(std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }
  /// That of the system.
  static Clock& real() {
    static Clock clock;
    return clock;
  }
};

}  // namespace pipeline::cache
