#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace pipeline::cache {

/// A file's bytes, mapped read-only; the mapping outlives the file's name.
///
/// A disk that fails, or another program that cuts the file, makes the system send SIGBUS to who
/// touches the bytes. Then all of the mapping turns into zeros, the reader goes on, and fault()
/// tells: ask it when the bytes have been used, before anything that came of them is kept.
class MappedFile {
 public:
  /// Null where there is no such file; Unreadable, or Error, where it cannot be read. Where the
  /// file cannot be mapped, since the system has no room for more mappings, an Error, too.
  static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::span<const std::byte> bytes() const { return {data_, size_}; }
  /// Why bytes could not be had, in words that follow the file's name: "cannot be read at byte
  /// 4096: Input/output error"; none where all could so far.
  std::optional<std::string> fault() const;
  /// Of the mapping that these bytes lie in, with the file's name in front; none where no mapping
  /// holds them.
  static std::optional<std::string> fault_at(const void* bytes);

 private:
  struct Slot;
  class Slots;

  explicit MappedFile(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  std::uint64_t inode_ = 0;
  Slot* slot_ = nullptr;
};

}  // namespace pipeline::cache
