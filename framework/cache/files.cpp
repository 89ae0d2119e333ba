#include "cache/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <system_error>

#include "cache/identity.h"

namespace pipeline::cache {
namespace fs = std::filesystem;
namespace {

// A live writer on this kernel holds the lock. Of other machines' files, which locks may not tell,
// only those go that nobody has touched for a day.
bool lock_abandoned(const FileDescriptor& fd, const fs::path& file) {
  const Flock result = flock_now(fd.get());
  if (result == Flock::others) return false;
  if (result == Flock::mine && file.filename().native().starts_with(boot_id())) return true;
  struct stat status {};
  return fstat(fd.get(), &status) == 0 &&
         is_untouched_for_a_day(status.st_mtime, file.parent_path());
}

bool lacks_folder(int number) { return number == ENOENT || number == ENOTDIR; }

bool is_own_file(const FileDescriptor& fd) {
  struct stat status {};
  return fstat(fd.get(), &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid();
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    if (number_ >= 0) close(number_);
    number_ = other.release();
  }
  return *this;
}
FileDescriptor::~FileDescriptor() {
  if (number_ >= 0) close(number_);
}
int FileDescriptor::release() {
  const int number = number_;
  number_ = -1;
  return number;
}

FileDescriptor open_file(const std::string& path, int flags, int mode) {
  int number;
  do number = open(path.c_str(), flags | O_CLOEXEC, mode);
  while (number < 0 && errno == EINTR);
  return FileDescriptor(number);
}

// Opening a pipe would wake who waits at its other end.
FileDescriptor open_to_lock(const std::string& path) {
  constexpr int kCareful = O_NOFOLLOW | O_NONBLOCK;
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return {};
  if (!S_ISREG(status.st_mode)) {
    errno = S_ISLNK(status.st_mode) ? ELOOP : S_ISDIR(status.st_mode) ? EISDIR : ENXIO;
    return {};
  }
  if (FileDescriptor fd = open_file(path, O_RDWR | kCareful)) return fd;
  if (errno != EACCES && errno != EPERM && errno != EROFS) return {};
  return open_file(path, O_RDONLY | kCareful);
}

Flock flock_now(int fd) {
  int result;
  do result = flock(fd, LOCK_EX | LOCK_NB);
  while (result != 0 && errno == EINTR);
  if (result == 0) return Flock::mine;
  return errno == EWOULDBLOCK ? Flock::others : Flock::impossible;
}

void share_as(const fs::path& folder, int fd) {
  struct stat of_folder {
  }, of_file{};
  if (stat(folder.c_str(), &of_folder) != 0 || fstat(fd, &of_file) != 0) return;
  const mode_t wanted = (of_file.st_mode & 0777) | (of_folder.st_mode & 0066);
  if (wanted != (of_file.st_mode & 0777)) fchmod(fd, wanted);
}

PlainFile open_plain(const std::string& path) {
  // O_NONBLOCK: opening a named pipe must not wait for a writer.
  FileDescriptor fd = open_file(path, O_RDONLY | O_NONBLOCK);
  if (!fd) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    throw_read_error(path, errno);
  }
  struct stat status {};
  if (fstat(fd.get(), &status) != 0) throw_read_error(path, errno);
  if (!S_ISREG(status.st_mode))
    throw Unreadable(fmt::format("cannot read '{}': expected a file, found a {}", path,
                                 S_ISDIR(status.st_mode) ? "folder" : "device or pipe"));
  return {std::move(fd), std::uint64_t(status.st_size), status.st_ino};
}

std::optional<std::uint64_t> size_of_file(const fs::path& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return std::uint64_t(status.st_size);
}

std::optional<std::string> read_text(const std::string& path) {
  const PlainFile file = open_plain(path);
  if (!file.fd) return std::nullopt;
  // One call reads all of it, and a file that grows meanwhile is read to its new end.
  std::string text(std::size_t(file.size) + 1, '\0');
  for (std::size_t done = 0;;) {
    const ssize_t n = read(file.fd.get(), text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_read_error(path, errno);
    done += std::size_t(n);
    if (done < text.size()) return text.resize(done), text;
    text.resize(2 * done);
  }
}

TempFile::TempFile(const fs::path& folder) {
  // A sweeper may remove the new file before it is locked: then once more.
  for (;;) {
    path_ = folder / unique_name();
    fd_ = open_file(path_, O_RDWR | O_CREAT | O_EXCL);
    if (!fd_ && lacks_folder(errno)) {
      make_folders(folder);
      fd_ = open_file(path_, O_RDWR | O_CREAT | O_EXCL);
    }
    if (!fd_) throw_io_error("create a file in", folder, errno);
    const Flock result = flock_now(fd_.get());
    if (result == Flock::others) continue;
    if (result == Flock::impossible) {
      const int number = errno;
      unlink(path_.c_str());
      throw_io_error("lock a file in", folder, number);
    }
    struct stat status {};
    if (fstat(fd_.get(), &status) == 0 && status.st_nlink > 0) return;
  }
}

TempFile::~TempFile() {
  if (fd_) unlink(path_.c_str());
}

void TempFile::write(std::uint64_t offset, const void* data, std::size_t size) {
  const char* from = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t n = pwrite(fd_.get(), from, size, off_t(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) throw_io_error("write", path_, n < 0 ? errno : ENOSPC);
    from += n, offset += std::uint64_t(n), size -= std::size_t(n);
  }
}

void TempFile::resize(std::uint64_t size) {
  if (ftruncate(fd_.get(), off_t(size)) != 0) throw_io_error("write", path_, errno);
}

void TempFile::begin_sync(std::uint64_t offset, std::uint64_t size) {
  // An error shows in sync(), and a file system that does not know this does all of it there.
  sync_file_range(fd_.get(), off64_t(offset), off64_t(size), SYNC_FILE_RANGE_WRITE);
}

void TempFile::sync() {
  if (fsync(fd_.get()) != 0) throw_io_error("write", path_, errno);
}

void TempFile::publish(const fs::path& path) { publish_open(path); }

FileDescriptor TempFile::publish_open(const fs::path& path) {
  if (rename(path_.c_str(), path.c_str()) != 0) {
    if (!lacks_folder(errno)) throw_io_error("write", path, errno);
    make_folders(path.parent_path());
    if (rename(path_.c_str(), path.c_str()) != 0) throw_io_error("write", path, errno);
  }
  return std::move(fd_);
}

FileDescriptor TempFile::publish_new(const fs::path& path) {
  make_folders(path.parent_path());
  if (link(path_.c_str(), path.c_str()) != 0) {
    const int number = errno;
    // Over a network the answer to a link that was made can get lost.
    struct stat status {};
    if (fstat(fd_.get(), &status) != 0 || status.st_nlink != 2) {
      if (number == EEXIST) return {};
      if (number == EPERM || number == EOPNOTSUPP)
        throw Error(fmt::format(
            "cannot give '{}' its name by a link: {}; name a cache folder on a file system that "
            "has hard links",
            path.string(), std::generic_category().message(number)));
      throw_io_error("write", path, number);
    }
  }
  unlink(path_.c_str());
  return std::move(fd_);
}

bool is_untouched_for_a_day(std::int64_t last_change, const fs::path& folder) {
  constexpr std::int64_t kDay = 24 * 3600;
  struct stat newest {};
  return stat(folder.c_str(), &newest) == 0 && last_change < newest.st_mtime - kDay;
}

FileDescriptor hold_abandoned(const fs::path& temp_file) {
  if (!is_unique_name(temp_file.filename().native())) return {};
  FileDescriptor fd = open_to_lock(temp_file);
  if (!fd || !is_own_file(fd) || !lock_abandoned(fd, temp_file)) return {};
  return fd;
}

void remove_abandoned(const fs::path& folder) noexcept {
  // A link leads to somebody else's folder.
  FileDescriptor opened = open_file(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  DIR* directory = opened ? fdopendir(opened.get()) : nullptr;
  if (!directory) return;
  opened.release();
  while (const dirent* entry = readdir(directory))
    if (const FileDescriptor held = hold_abandoned(folder / entry->d_name))
      unlinkat(dirfd(directory), entry->d_name, 0);
  closedir(directory);
}

void sync_folder(const fs::path& folder) {
  const FileDescriptor fd = open_file(folder, O_RDONLY | O_DIRECTORY);
  if (!fd) throw_read_error(folder, errno);
  // Some file systems have no such thing for folders, and say EINVAL.
  if (fsync(fd.get()) != 0 && errno != EINVAL) throw_io_error("write", folder, errno);
}

void make_folders(const fs::path& folder) {
  struct stat status {};
  if (stat(folder.c_str(), &status) == 0) {
    if (!S_ISDIR(status.st_mode))
      throw Error(fmt::format("expected a folder at '{}', found a file", folder.string()));
    return;
  }
  const fs::path parent = folder.parent_path();
  if (!parent.empty() && parent != folder) make_folders(parent);
  if (mkdir(folder.c_str(), 0777) != 0) {
    if (errno != EEXIST) throw_io_error("make the folder", folder, errno);
    if (stat(folder.c_str(), &status) != 0) {
      if (errno != ENOENT) throw_read_error(folder, errno, "look at");
      throw Error(fmt::format("expected a folder at '{}', found a link that leads to none",
                              folder.string()));
    }
  }
  sync_folder(parent.empty() ? fs::path(".") : parent);
}

void write_atomically(const fs::path& path, std::string_view text, const fs::path& temp_folder) {
  TempFile file(temp_folder);
  file.write(0, text.data(), text.size());
  file.sync();
  file.publish(path);
  sync_folder(path.parent_path());
}

bool remove_file(const fs::path& path) {
  if (unlink(path.c_str()) == 0) return true;
  if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP) throw_remove_error(path, errno);
  return false;
}

}  // namespace pipeline::cache
