#pragma once
#include <functional>

#include "cache/files.h"
#include "cache/layout.h"

namespace pipeline::cache {

/// Between runs, which share it while they write down what they reach, and gc, which has it alone
/// while it compares that with what it removes: what a run has reached and then finds is there
/// stays. To be used with std::shared_lock and std::unique_lock. Needs no room on the disk once its
/// file is there.
class RootsLock {
 public:
  /// `cancelled` is asked while it waits; Cancelled once that says so.
  explicit RootsLock(const Layout& layout, std::function<bool()> cancelled = {});
  /// Error where the file cannot be locked.
  void lock();
  void unlock();
  void lock_shared();
  void unlock_shared() { unlock(); }

 private:
  void wait_for(int operation);

  std::filesystem::path path_;
  std::function<bool()> cancelled_;
  FileDescriptor fd_;
};

}  // namespace pipeline::cache
