#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <vector>

#include "cache/mapped_file.h"
#include "pipeline/error.h"

namespace pipeline::cache {

/// The stored file is not what was written: names file and dataset, and says what to do.
class Damaged : public Error {
 public:
  using Error::Error;
};

/// The stored file cannot be opened or mapped now; its bytes may be what they should be.
class Unavailable : public Damaged {
 public:
  using Damaged::Damaged;
};

/// Arrays that were handed out while their bytes may still turn out to be wrong: large ones before
/// their checksums were compared, and mapped ones, of which a disk may fail to give a part when it
/// is used. Nothing that comes of them may be kept before wait() has returned.
class PendingChecks {
 public:
  /// From this size on, in bytes; a smaller array's check takes less than a thread's start.
  static constexpr std::uint64_t kLarge = 1 << 20;
  PendingChecks();
  /// A check throws Damaged. All are added before run() and wait() are called.
  void add(std::function<void()> check);
  bool empty() const { return checks_.empty(); }
  /// From now on wait() asks for its fault().
  void watch(std::shared_ptr<const MappedFile> file) { mapped_.push_back(std::move(file)); }
  /// Makes the checks that nobody has begun, one after another, while `go_on` says so. Any number
  /// of threads may run at once.
  void run(const std::function<bool()>& go_on = {}) const;
  /// Makes what is left, waits for the rest, and throws Damaged, each time, if an array is not what
  /// was written, or if bytes of it could not be had up to now.
  void wait() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
  std::vector<std::shared_future<void>> checks_;
  std::vector<std::shared_ptr<const MappedFile>> mapped_;
};

/// Throws Damaged, naming the file, where bytes of it could not be had.
void require_no_fault(const MappedFile& file);

}  // namespace pipeline::cache
