#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "pipeline/error.h"

// The system's reasons as messages. What helps depends on what was to be done: a disk that is full
// takes no more, but gives what it has; a right to write is none to read.

namespace pipeline::cache {

/// A folder or file system does not let us write, now or ever: EACCES, EPERM, EROFS.
class Unwritable : public Error {
 public:
  using Error::Error;
};

/// A file or folder is there but cannot be read: it is no plain file, or its disk, or its
/// permissions, do not give it. Another Error is thrown where the reason lies with this process,
/// such as too many open files.
class Unreadable : public Error {
 public:
  explicit Unreadable(std::string problem, std::string_view advice = "");
  /// Without the advice, for who knows better: "cannot read 'x': Input/output error".
  const std::string& problem() const { return problem_; }

 private:
  std::string problem_;
};

/// Something is to be made, written or locked. Error, Unwritable where that is the reason:
/// "cannot write '.pipeline/x': No space left on device; free some space (…), or name …".
[[noreturn]] void throw_io_error(std::string_view what, const std::filesystem::path& path,
                                 int number);
/// Unreadable, or Error, as the system's reason is:
/// "cannot read 'x': Permission denied; have its owner let you read it".
[[noreturn]] void throw_read_error(const std::filesystem::path& path, int number,
                                   std::string_view what = "read");
/// Error, Unwritable where that is the reason:
/// "cannot remove 'x': Permission denied; have its owner remove it".
[[noreturn]] void throw_remove_error(const std::filesystem::path& path, int number);

}  // namespace pipeline::cache
