#pragma once
#include <filesystem>
#include <functional>

#include "cache/layout.h"
#include "cache/store.h"

namespace pipeline::cache {

/// SHA-256 of files outside the cache, remembered while path, size, device, inode and times stay
/// the same. What was changed less than two seconds before it was read is read again the next time:
/// a second change might not show in its times (git's index calls this racily clean). To lose the
/// memory costs reading again.
class DigestMemory {
 public:
  explicit DigestMemory(Layout layout) : layout_(std::move(layout)) {}
  /// Error if the file cannot be read, or changes all the time; see Store::file_digest().
  Digest digest_of(const std::filesystem::path& file, const std::function<bool()>& cancelled) const;
  static Digest read(const std::filesystem::path& file, const std::function<bool()>& cancelled);

 private:
  Layout layout_;
};

}  // namespace pipeline::cache
