#include "faults/store_failing_calls.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <string>

namespace pipeline::cache::testing {
namespace {

// Set by one thread at a time, before others are started.
std::string bad_file, file_to_cut, name_to_keep;
std::size_t size_to_cut = 0;
int error_of_removal = 0;
std::atomic<bool> locks_need_writing{false};

bool is(int fd, const std::string& file) {
  if (file.empty()) return false;
  char link[64], name[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t size = readlink(link, name, sizeof name);
  return size > 0 && file == std::string(name, std::size_t(size));
}

}  // namespace

BadBlock::BadBlock(const std::filesystem::path& file) { bad_file = file.string(); }
BadBlock::~BadBlock() { bad_file.clear(); }
CutWhenMapped::CutWhenMapped(const std::filesystem::path& file, std::size_t size) {
  file_to_cut = file.string();
  size_to_cut = size;
}
CutWhenMapped::~CutWhenMapped() { file_to_cut.clear(); }
CannotRemove::CannotRemove(const std::string& name, int error) {
  name_to_keep = name;
  error_of_removal = error;
}
CannotRemove::~CannotRemove() { name_to_keep.clear(); }
LocksNeedWriting::LocksNeedWriting() { locks_need_writing = true; }
LocksNeedWriting::~LocksNeedWriting() { locks_need_writing = false; }

}  // namespace pipeline::cache::testing

namespace faults = pipeline::cache::testing;

extern "C" {

ssize_t read(int fd, void* buffer, std::size_t size) {
  if (faults::is(fd, faults::bad_file)) {
    errno = EIO;
    return -1;
  }
  return syscall(SYS_read, fd, buffer, size);
}

void* mmap(void* address, std::size_t size, int protection, int flags, int fd,
           off_t offset) noexcept {
  const long result = syscall(SYS_mmap, address, size, protection, flags, fd, offset);
  if (result != -1 && fd >= 0 && faults::is(fd, faults::file_to_cut) &&
      truncate(faults::file_to_cut.c_str(), off_t(faults::size_to_cut)) != 0)
    std::perror("cannot cut the file");
  return reinterpret_cast<void*>(result);
}

int unlinkat(int folder, const char* name, int flags) noexcept {
  if (faults::name_to_keep == name) {
    errno = faults::error_of_removal;
    return -1;
  }
  return int(syscall(SYS_unlinkat, folder, name, flags));
}

int flock(int fd, int operation) noexcept {
  if (faults::locks_need_writing && (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY) {
    errno = EBADF;
    return -1;
  }
  return int(syscall(SYS_flock, fd, operation));
}

}  // extern "C"
