#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "cache/io_error.h"

// Files with every result checked. Failures are Errors with the path and the system's reason.

namespace pipeline::cache {

/// An open file, closed on destruction.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor();
  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  int release();

 private:
  int number_ = -1;
};

/// Null with errno set where open fails; never follows through on a signal, never inherited.
FileDescriptor open_file(const std::string& path, int flags, int mode = 0666);

/// To lock: for writing, since a network's file systems lock nothing else, or, where others may
/// only read it, for reading. Null with errno set, also where it is no plain file.
FileDescriptor open_to_lock(const std::string& path);
/// flock(), exclusive, without waiting. `impossible` with errno set.
enum class Flock { mine, others, impossible };
Flock flock_now(int fd);
/// Who may write to the folder may write to the file, whatever the umask. Errors are let pass.
void share_as(const std::filesystem::path& folder, int fd);

struct PlainFile {
  FileDescriptor fd;
  std::uint64_t size = 0, inode = 0;
};
/// To read; its `fd` is null where there is no such file. Unreadable, or Error, where it cannot be
/// opened or is no plain file.
PlainFile open_plain(const std::string& path);

/// None where there is none, or something else in its place.
std::optional<std::uint64_t> size_of_file(const std::filesystem::path& path);
/// Null where there is no such file; Unreadable, or Error, where it cannot be read.
std::optional<std::string> read_text(const std::string& path);

/// A file under construction: locked by its writer while that lives, so that others can tell it
/// from what a dead one left; removed unless published.
class TempFile {
 public:
  /// In `folder`, which is made if need be.
  explicit TempFile(const std::filesystem::path& folder);
  ~TempFile();
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;
  int fd() const { return fd_.get(); }
  const std::filesystem::path& path() const { return path_; }
  /// Writes all of it, or throws.
  void write(std::uint64_t offset, const void* data, std::size_t size);
  void resize(std::uint64_t size);
  /// Has the system begin to bring these bytes to the disk, so that sync() need not wait for all.
  void begin_sync(std::uint64_t offset, std::uint64_t size);
  /// To the disk.
  void sync();
  /// Gives the file its final name in one step, replacing what is there; makes the folder. Both
  /// names are on one file system. Follow with sync_folder().
  void publish(const std::filesystem::path& path);
  /// As publish(), but still open and locked: the caller's from now on.
  FileDescriptor publish_open(const std::filesystem::path& path);
  /// As publish_open(), but null, with nothing changed, where the name is taken.
  FileDescriptor publish_new(const std::filesystem::path& path);

 private:
  std::filesystem::path path_;
  FileDescriptor fd_;
};

/// A file in `folder`, last changed then (seconds since 1970), by the file system's own clock,
/// which gave the folder its time when something was last made or removed in it: no two machines
/// need agree on the time.
bool is_untouched_for_a_day(std::int64_t last_change, const std::filesystem::path& folder);
/// A temporary file that this user made and whose writer is dead, locked; null where it is none (a
/// file that cannot be looked at is not). To be removed while it is held: a writer that has yet to
/// lock its new file then sees that it is gone.
FileDescriptor hold_abandoned(const std::filesystem::path& temp_file);
/// Removes the abandoned ones, unless the folder is a link; never throws.
void remove_abandoned(const std::filesystem::path& folder) noexcept;

/// So that a rename or unlink in it survives a power cut.
void sync_folder(const std::filesystem::path& folder);
/// With those above it, each synced.
void make_folders(const std::filesystem::path& folder);
/// Whole or not at all, through a temporary file in `temp_folder`.
void write_atomically(const std::filesystem::path& path, std::string_view text,
                      const std::filesystem::path& temp_folder);
/// False where there was no such file.
bool remove_file(const std::filesystem::path& path);

}  // namespace pipeline::cache
