#include "cache/digest_memory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <ctime>
#include <vector>

#include "cache/files.h"
#include "cache/layout.h"
#include "cache/record_text.h"
#include "pipeline/paths.h"

namespace pipeline::cache {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * kSecond + time.tv_nsec; }

std::int64_t nanoseconds(std::chrono::system_clock::time_point time) {
  return std::chrono::nanoseconds(time.time_since_epoch()).count();
}

struct stat status_of(int fd, const fs::path& file) {
  struct stat status {};
  if (fstat(fd, &status) != 0) throw_read_error(file, errno);
  return status;
}

FileDescriptor open_to_read(const fs::path& file) {
  // Without O_NONBLOCK, a named pipe would wait for its writer.
  FileDescriptor fd = open_file(file, O_RDONLY | O_NONBLOCK);
  if (!fd) throw_read_error(file, errno);
  const struct stat status = status_of(fd.get(), file);
  if (!S_ISREG(status.st_mode))
    throw Error(fmt::format("cannot read '{}': expected a file, found a {}", file.string(),
                            S_ISDIR(status.st_mode) ? "folder" : "device or pipe"));
  return fd;
}

/// All that changes when a file does.
Value identity(const struct stat& status, const fs::path& file) {
  return Value::Map{{"path", file.string()},
                    {"size", std::int64_t(status.st_size)},
                    {"device", std::int64_t(status.st_dev)},
                    {"inode", std::int64_t(status.st_ino)},
                    {"mtime_ns", nanoseconds(status.st_mtim)},
                    {"ctime_ns", nanoseconds(status.st_ctim)}};
}

Digest digest_of_open(int fd, const fs::path& file, const std::function<bool()>& cancelled) {
  Sha256 sha;
  std::vector<char> buffer(1 << 20);
  for (;;) {
    if (cancelled && cancelled()) throw Cancelled();
    const ssize_t n = ::read(fd, buffer.data(), buffer.size());
    if (n == 0) return sha.hex();
    if (n > 0) sha.update(buffer.data(), std::size_t(n));
    else if (errno != EINTR) throw_read_error(file, errno);
  }
}

/// After this, whatever is written to the file changes its times. A page of a shared mapping that
/// is dirty already takes writes unnoticed until it has been written back; in a file system in
/// memory it never is.
bool shows_changes_from_now_on(int fd) {
  struct statfs system {};
  if (fstatfs(fd, &system) != 0) return false;
  const auto type = static_cast<unsigned long>(system.f_type);
  return type != TMPFS_MAGIC && type != RAMFS_MAGIC && fdatasync(fd) == 0;
}

struct Read {
  Digest digest;
  Value identity;
  bool settled;  ///< a later change will show in its times
};

Read read_steadily(const fs::path& file, bool remember, const std::function<bool()>& cancelled,
                   const WallClock& now) {
  for (int tries = 0; tries < 5; ++tries) {
    if (cancelled && cancelled()) throw Cancelled();  // before it waits for a disk
    const FileDescriptor fd = open_to_read(file);
    const bool shows = remember && shows_changes_from_now_on(fd.get());
    const std::int64_t start = nanoseconds(now());
    const struct stat before = status_of(fd.get(), file);
    Read read{digest_of_open(fd.get(), file, cancelled), identity(before, file), false};
    if (identity(status_of(fd.get(), file), file) != read.identity) continue;
    const std::int64_t changed = std::max(nanoseconds(before.st_mtim), nanoseconds(before.st_ctim));
    read.settled = shows && changed < start - 2 * kSecond;
    return read;
  }
  throw Error(
      fmt::format("'{}' changes while it is read; run again when it is complete", file.string()));
}

std::optional<Digest> remembered(const fs::path& entry, const fs::path& file) {
  const FileDescriptor fd = open_to_read(file);
  try {
    const auto text = read_text(entry);
    if (!text) return std::nullopt;
    const Value value = unseal(*text);
    if (value.at("identity") != identity(status_of(fd.get(), file), file)) return std::nullopt;
    return value.at("sha256").as_string();
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

Digest read_file_digest(const fs::path& file, const std::function<bool()>& cancelled) {
  return read_steadily(file, /*remember=*/false, cancelled, std::chrono::system_clock::now).digest;
}

Digest file_digest(const Store& store, const fs::path& given,
                   const std::function<bool()>& cancelled, const WallClock& now) {
  const Layout layout{store.root()};
  const fs::path file = absolute_path(given);
  const std::string name = digest_of(file.string());
  const fs::path entry = layout.files() / name.substr(0, 2) / (name + ".json");
  if (!store.must_read(file))
    if (const auto digest = remembered(entry, file)) return *digest;
  const Read read = read_steadily(file, /*remember=*/true, cancelled, now);
  store.note_read(file);
  // Commands that only look make no cache.
  if (std::error_code none; read.settled && fs::exists(layout.format(), none)) {
    try {
      const Value value = Value::Map{{"identity", read.identity}, {"sha256", read.digest}};
      write_atomically(entry, seal(value), layout.tmp());
    } catch (const Error&) {
      // A cache that cannot be written to does not remember.
    }
  }
  return read.digest;
}

}  // namespace pipeline::cache
