#pragma once
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>

#include "cache/files.h"

namespace pipeline::cache {

/// An exclusive lock on a file that nobody ever removes, for a few renames at a time.
class ShortLock {
 public:
  /// A few renames take less; who holds the lock for longer has been stopped (Ctrl-Z, a debugger).
  /// Tests have less of it.
  static inline std::chrono::milliseconds patience{5000};
  /// Waits for it; after `patience` `cancelled` is asked, too, and Cancelled is thrown once it says
  /// so. Until then a run that ends keeps what it has. Error where the file cannot be locked.
  explicit ShortLock(const std::filesystem::path& file,
                     const std::function<bool()>& cancelled = {});
  /// None where somebody holds it.
  static std::optional<ShortLock> try_lock(const std::filesystem::path& file);
  /// Also for children that were forked meanwhile: they have the same open file.
  ~ShortLock();
  ShortLock(ShortLock&&) = default;

 private:
  explicit ShortLock(FileDescriptor fd) : fd_(std::move(fd)) {}

  FileDescriptor fd_;
};

}  // namespace pipeline::cache
