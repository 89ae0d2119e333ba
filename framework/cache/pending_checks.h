#pragma once
#include <cstdint>
#include <functional>
#include <future>
#include <vector>

#include "pipeline/error.h"

namespace pipeline::cache {

/// The stored file is not what was written: names file and dataset, and says what to do.
class Damaged : public Error {
 public:
  using Error::Error;
};

/// Large arrays that were handed out before their checksums were compared. Nothing that comes of
/// them may be kept before wait() has returned.
class PendingChecks {
 public:
  /// From this size on, in bytes; a smaller array's check takes less than a thread's start.
  static constexpr std::uint64_t kLarge = 1 << 20;
  /// Begins the check, which throws Damaged, on a thread of its own.
  void add(std::function<void()> check);
  /// Throws Damaged, each time, if an array is not what was written.
  void wait() const;

 private:
  std::vector<std::shared_future<void>> checks_;
};

}  // namespace pipeline::cache
