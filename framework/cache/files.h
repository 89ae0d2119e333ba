#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// Files with every result checked. Failures are Errors with the path and the system's reason.

namespace pipeline::cache {

/// "cannot write '.pipeline/x': No space left on device; free some space or choose …".
[[noreturn]] void throw_io_error(std::string_view what, const std::filesystem::path& path,
                                 int number);

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

/// A file's bytes, mapped read-only; the mapping outlives the file's name.
class MappedFile {
 public:
  /// Null where there is no such file; Error where it cannot be read.
  static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  std::span<const std::byte> bytes() const { return {data_, size_}; }

 private:
  MappedFile() = default;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Null where there is no such file; Error where it cannot be read, or is no plain file.
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

/// A temporary file in `folder` whose writer is dead (a file that cannot be looked at is not).
bool is_abandoned(const std::filesystem::path& temp_file);
/// Removes the abandoned ones that this user made, unless the folder is a link; never throws.
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

/// An exclusive lock on a file that nobody ever removes, for a few renames at a time.
class ShortLock {
 public:
  explicit ShortLock(const std::filesystem::path& file);

 private:
  FileDescriptor fd_;
};

}  // namespace pipeline::cache
