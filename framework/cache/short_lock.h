#pragma once
#include <filesystem>
#include <functional>
#include <optional>

#include "cache/files.h"

namespace pipeline::cache {

/// An exclusive lock on a file that nobody ever removes, for a few renames at a time.
class ShortLock {
 public:
  /// Waits for it, and asks `cancelled` meanwhile: a process that is stopped while it holds the
  /// lock (Ctrl-Z, a debugger) keeps it. Cancelled once that says so; Error where the file cannot
  /// be locked.
  explicit ShortLock(const std::filesystem::path& file,
                     const std::function<bool()>& cancelled = {});
  /// None where somebody holds it.
  static std::optional<ShortLock> try_lock(const std::filesystem::path& file);

 private:
  explicit ShortLock(FileDescriptor fd) : fd_(std::move(fd)) {}

  FileDescriptor fd_;
};

}  // namespace pipeline::cache
