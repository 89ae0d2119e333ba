#pragma once
#include <filesystem>
#include <string>

// Calls to the system that fail on demand, by what this program has in their place.

namespace pipeline::cache::testing {

/// While it lives, read() of a file gives EIO, as a bad block does.
class BadBlock {
 public:
  explicit BadBlock(const std::filesystem::path& file);
  ~BadBlock();
};

/// While it lives, a file is cut to `size` bytes as soon as somebody has mapped it.
class CutWhenMapped {
 public:
  CutWhenMapped(const std::filesystem::path& file, std::size_t size);
  ~CutWhenMapped();
};

/// While it lives, a file cannot be removed: unlinkat() of its name fails with `error`.
class CannotRemove {
 public:
  CannotRemove(const std::string& name, int error);
  ~CannotRemove();
};

/// While it lives, flock() wants a descriptor to write to, as NFS does.
class LocksNeedWriting {
 public:
  LocksNeedWriting();
  ~LocksNeedWriting();
};

}  // namespace pipeline::cache::testing
