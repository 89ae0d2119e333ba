#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace pipeline::data {

/// The bytes of a file from its beginning on; of a gzip file (RFC 1952), whatever its name, the
/// bytes that it holds. Errors name the file.
class ByteReader {
 public:
  virtual ~ByteReader() = default;
  /// Up to `count` bytes; fewer only at the end. Error where the compressed data is damaged or cut.
  virtual std::size_t read(void* out, std::size_t count) = 0;
  /// Passes over up to `count` bytes; how many there were.
  virtual std::uint64_t skip(std::uint64_t count) = 0;
};

std::unique_ptr<ByteReader> open_bytes(const std::filesystem::path& file);

/// True if the file begins as gzip files do.
bool is_gzip(const std::filesystem::path& file);

/// The number of bytes that the file says it holds: a plain file's size, or the length, modulo
/// 2^32, in the last four bytes of a gzip file (that of its last member, if it has several).
std::uint64_t claimed_length(const std::filesystem::path& file);

}  // namespace pipeline::data
