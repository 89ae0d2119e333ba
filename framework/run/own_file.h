#pragma once
#include <sys/types.h>

namespace pipeline::run {

/// A descriptor of the program's own. Code of plugins can close it, and the next file to be opened
/// gets its number: what is about to be read or written there is not ours then.
class OwnFile {
 public:
  OwnFile() = default;
  explicit OwnFile(int fd);
  int fd() const { return fd_; }
  /// It leads to the same file as at the beginning; a signal handler may ask.
  bool is_there() const { return is(fd_); }
  /// Another descriptor leads to that file.
  bool is(int fd) const;

 private:
  int fd_ = -1;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace pipeline::run
