#pragma once
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <utility>

#include "cache/files.h"

namespace pipeline::cache {

/// A folder below one of the cache's, reached from there without following a link: what is removed
/// in it lies in the cache and nowhere else.
class CacheFolder {
 public:
  /// Null where there is no such folder, or a link in its place, or on the way from `top` to it.
  /// `top` itself may be a link, which the user has set.
  CacheFolder(const std::filesystem::path& top, const std::filesystem::path& below);
  explicit operator bool() const { return bool(fd_); }
  int fd() const { return fd_.get(); }
  /// Removes a file by a name that the caller knows to be one that this program gives; a pipe, a
  /// socket or an empty folder in its place, too. False where there is none, or something else;
  /// Error where it cannot be removed or looked at.
  bool remove(const std::string& name) const;
  /// As above, but only a plain file that this user made.
  bool remove_own(const std::string& name) const;

 private:
  /// The kind and owner of what has the name; kind 0 where nothing has.
  std::pair<mode_t, uid_t> look_at(const std::string& name) const;

  std::filesystem::path path_;
  FileDescriptor fd_;
  int problem_ = 0;  ///< why there is no descriptor
};

}  // namespace pipeline::cache
