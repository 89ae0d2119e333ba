// The functions that stand in the system calls' place. Each asks a Strike first.
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

#include "fault_shim.h"

using fault::next;
using fault::Strike;

namespace {

constexpr int kAnyMode = 0666;

int open_at(const char* call, const char* name, int folder, const char* path, int flags, int mode) {
  const Strike strike(call, path);
  if (strike.fails()) return -1;
  const auto real = next<int(int, const char*, int, ...)>(name);
  return real(folder, fault::redirected(path), flags, mode);
}

FILE* open_stream(const char* name, const char* path, const char* mode) {
  const Strike strike("open", path);
  if (strike.fails()) return nullptr;
  return next<FILE*(const char*, const char*)>(name)(fault::redirected(path), mode);
}

template <class Call>
ssize_t write_some(const char* name, int fd, std::size_t size, Call call) {
  const Strike strike(name, fd);
  if (strike.fails() || !fault::spend(fd, size)) return -1;
  return call(strike.length(size));
}

template <class Call>
ssize_t read_some(const char* name, int fd, std::size_t size, Call call) {
  const Strike strike(name, fd);
  if (strike.fails()) return -1;
  return call(strike.length(size));
}

void* map(const char* name, void* at, size_t size, int protection, int flags, int fd, off_t from) {
  const auto real = next<void*(void*, size_t, int, int, int, off_t)>(name);
  if (fd < 0) return real(at, size, protection, flags, fd, from);
  const Strike strike("mmap", fd);
  if (strike.fails()) return MAP_FAILED;
  if (!strike.is_sigbus()) return real(at, size, protection, flags, fd, from);
  const int empty = memfd_create("empty", MFD_CLOEXEC);  // no byte of its mapping can be read
  void* const mapped = real(at, size, protection, flags, empty, 0);
  next<int(int)>("close")(empty);
  return mapped;
}

/// A call on a descriptor that gives 0 or fails.
template <class Call>
int act_on(const char* name, int fd, Call call) {
  const Strike strike(name, fd);
  return strike.fails() ? -1 : call();
}
/// As above, on a path.
template <class Call>
int act_on(const char* name, const char* path, Call call) {
  const Strike strike(name, path);
  return strike.fails() ? -1 : call();
}

/// What fails closes nevertheless, as Linux does it.
template <class Call>
int shut(int fd, Call call) {
  const Strike strike("close", fd);
  const int result = call();
  return strike.fails() ? -1 : result;
}

int mode_of(int flags, va_list arguments) {
  return flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, int) : kAnyMode;
}

}  // namespace

#define OPEN(name)                                                 \
  int name(const char* path, int flags, ...) {                     \
    va_list arguments;                                             \
    va_start(arguments, flags);                                    \
    const int mode = mode_of(flags, arguments);                    \
    va_end(arguments);                                             \
    return open_at("open", "openat", AT_FDCWD, path, flags, mode); \
  }
#define OPENAT(name)                                               \
  int name(int folder, const char* path, int flags, ...) {         \
    va_list arguments;                                             \
    va_start(arguments, flags);                                    \
    const int mode = mode_of(flags, arguments);                    \
    va_end(arguments);                                             \
    return open_at("openat", "openat", folder, path, flags, mode); \
  }

extern "C" {

OPEN(open)
OPEN(open64)
OPEN(__open_2)
OPEN(__open64_2)
OPENAT(openat)
OPENAT(openat64)
FILE* fopen(const char* path, const char* mode) { return open_stream("fopen", path, mode); }
FILE* fopen64(const char* path, const char* mode) { return open_stream("fopen64", path, mode); }

ssize_t write(int fd, const void* data, size_t size) {
  return write_some("write", fd, size, [&](size_t some) {
    return next<ssize_t(int, const void*, size_t)>("write")(fd, data, some);
  });
}
ssize_t writev(int fd, const iovec* pieces, int count) {
  const Strike strike("write", fd);
  size_t size = 0;
  for (int i = 0; i < count; ++i) size += pieces[i].iov_len;
  if (strike.fails() || !fault::spend(fd, size)) return -1;
  return next<ssize_t(int, const iovec*, int)>("writev")(fd, pieces, count);
}
ssize_t pwrite(int fd, const void* data, size_t size, off_t at) {
  return write_some("pwrite", fd, size, [&](size_t some) {
    return next<ssize_t(int, const void*, size_t, off_t)>("pwrite")(fd, data, some, at);
  });
}
ssize_t pwrite64(int fd, const void* data, size_t size, off64_t at) {
  return pwrite(fd, data, size, at);
}
ssize_t read(int fd, void* data, size_t size) {
  return read_some("read", fd, size, [&](size_t some) {
    return next<ssize_t(int, void*, size_t)>("read")(fd, data, some);
  });
}
ssize_t pread(int fd, void* data, size_t size, off_t at) {
  return read_some("pread", fd, size, [&](size_t some) {
    return next<ssize_t(int, void*, size_t, off_t)>("pread")(fd, data, some, at);
  });
}
ssize_t pread64(int fd, void* data, size_t size, off64_t at) { return pread(fd, data, size, at); }

void* mmap(void* at, size_t size, int protection, int flags, int fd, off_t from) {
  return map("mmap", at, size, protection, flags, fd, from);
}
void* mmap64(void* at, size_t size, int protection, int flags, int fd, off64_t from) {
  return map("mmap64", at, size, protection, flags, fd, from);
}

int fsync(int fd) {
  return act_on("fsync", fd, [&] { return next<int(int)>("fsync")(fd); });
}
int fdatasync(int fd) {
  return act_on("fdatasync", fd, [&] { return next<int(int)>("fdatasync")(fd); });
}
int ftruncate(int fd, off_t size) {
  return act_on("ftruncate", fd, [&] { return next<int(int, off_t)>("ftruncate")(fd, size); });
}
int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }
int flock(int fd, int operation) {
  return act_on("flock", fd, [&] { return next<int(int, int)>("flock")(fd, operation); });
}
int close(int fd) {
  return shut(fd, [&] { return next<int(int)>("close")(fd); });
}
int fclose(FILE* file) {
  return shut(fileno(file), [&] { return next<int(FILE*)>("fclose")(file); });
}

int rename(const char* from, const char* to) {
  return act_on("rename", to,
                [&] { return next<int(const char*, const char*)>("rename")(from, to); });
}
int link(const char* from, const char* to) {
  return act_on("link", to, [&] { return next<int(const char*, const char*)>("link")(from, to); });
}
int symlink(const char* target, const char* path) {
  return act_on("symlink", path,
                [&] { return next<int(const char*, const char*)>("symlink")(target, path); });
}
int unlink(const char* path) {
  return act_on("unlink", path, [&] { return next<int(const char*)>("unlink")(path); });
}
int unlinkat(int folder, const char* path, int flags) {
  return act_on("unlink", folder,
                [&] { return next<int(int, const char*, int)>("unlinkat")(folder, path, flags); });
}
int remove(const char* path) {
  return act_on("unlink", path, [&] { return next<int(const char*)>("remove")(path); });
}
int mkdir(const char* path, mode_t mode) {
  return act_on("mkdir", path, [&] { return next<int(const char*, mode_t)>("mkdir")(path, mode); });
}
}
