#include "cache/short_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

namespace pipeline::cache {
namespace fs = std::filesystem;
namespace {

// Made by the first who needs it; others may share the folder and not the right to write to it.
FileDescriptor open_lock(const fs::path& file) {
  for (;;) {
    if (FileDescriptor fd = open_to_lock(file)) return fd;
    if (errno != ENOENT && errno != ENOTDIR) throw_io_error("lock", file, errno);
    make_folders(file.parent_path());
    if (FileDescriptor fd = open_file(file, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW)) {
      share_as(file.parent_path(), fd.get());
      return fd;
    }
    if (errno != EEXIST) throw_io_error("write", file, errno);
  }
}

bool lock_now(const FileDescriptor& fd, const fs::path& file) {
  const Flock result = flock_now(fd.get());
  if (result == Flock::impossible) throw_io_error("lock", file, errno);
  return result == Flock::mine;
}

}  // namespace

ShortLock::~ShortLock() {
  if (fd_) flock(fd_.get(), LOCK_UN);
}

std::optional<ShortLock> ShortLock::try_lock(const fs::path& file) {
  FileDescriptor fd = open_lock(file);
  if (!lock_now(fd, file)) return std::nullopt;
  return ShortLock(std::move(fd));
}

ShortLock::ShortLock(const fs::path& file, const std::function<bool()>& cancelled)
    : fd_(open_lock(file)) {
  using namespace std::chrono_literals;
  // Looked at again and again, for a wait in flock() ends with the lock alone.
  auto waited = 0ms;
  for (auto pause = 1ms; !lock_now(fd_, file); pause = std::min(2 * pause, 16ms)) {
    if (waited >= patience && cancelled && cancelled()) throw Cancelled();
    std::this_thread::sleep_for(pause);
    waited += pause;
  }
}

}  // namespace pipeline::cache
