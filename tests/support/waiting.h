#pragma once
#include <chrono>
#include <thread>

namespace pipeline::testing {

/// Waits until it is so, for at most twenty seconds. False where it is not so then.
template <class Condition>
bool in_time(const Condition& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  bool met = condition();
  while (!met && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    met = condition();
  }
  return met;
}

}  // namespace pipeline::testing
