#include "cache/roots_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "pipeline/error.h"

namespace pipeline::cache {

RootsLock::RootsLock(const Layout& layout, std::function<bool()> cancelled)
    : path_(layout.locks() / ".roots"), cancelled_(std::move(cancelled)) {
  make_folders(path_.parent_path());
  fd_ = open_file(path_, O_RDWR | O_CREAT | O_NOFOLLOW);
  // Another user's, which is enough to share it, and on a local disk to have it alone.
  const int problem = errno;
  if (!fd_) fd_ = open_file(path_, O_RDONLY | O_NOFOLLOW);
  if (!fd_) throw_io_error("open", path_, errno == ENOENT ? problem : errno);
  share_as(path_.parent_path(), fd_.get());
}

void RootsLock::lock() { wait_for(LOCK_EX); }
void RootsLock::lock_shared() { wait_for(LOCK_SH); }
void RootsLock::unlock() { flock(fd_.get(), LOCK_UN); }

// Looked at again and again, for a wait in flock() ends with the lock alone.
void RootsLock::wait_for(int operation) {
  while (flock(fd_.get(), operation | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) throw_io_error("lock", path_, errno);
    if (cancelled_ && cancelled_()) throw Cancelled();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace pipeline::cache
