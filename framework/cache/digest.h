#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "pipeline/artifact.h"

// SHA-256 for identity, XXH3 for damage.

namespace pipeline::cache {

/// SHA-256 in 64 lower-case hex digits.
using Digest = std::string;

/// Of logical content: type, attributes, and each array's path, element type, shape and values. The
/// same on every machine, and for every way that the content came to be.
Digest digest_of(const Artifact& artifact);
Digest digest_of(const std::string& bytes);

/// SHA-256 of what it is fed.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(const void* data, std::size_t size);
  /// 64 lower-case hex digits. Ends the computation.
  std::string hex();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// XXH3 (64 bits) of what it is fed.
class Checksum {
 public:
  Checksum();
  ~Checksum();
  Checksum(const Checksum&) = delete;
  Checksum& operator=(const Checksum&) = delete;
  void update(const void* data, std::size_t size);
  std::uint64_t value() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::uint64_t checksum_of(const void* data, std::size_t size);
std::string to_hex(std::uint64_t value);  ///< 16 digits
/// Error if it is not 16 hex digits.
std::uint64_t from_hex(std::string_view text);
/// 64 lower-case hex digits?
bool is_digest(std::string_view text);

/// The canonical form of an artifact in front of each array's values; see digest_of().
/// Everything is length-prefixed, integers are little-endian, all not-a-numbers in attributes are
/// one.
class ArtifactDigest {
 public:
  /// To be followed by one array() for each of artifact.arrays, in order.
  explicit ArtifactDigest(const Artifact& artifact);
  /// To be followed by the array's bytes, in pieces through values().
  void array(const std::string& path, const Array& array);
  void values(const void* data, std::size_t size) { sha_.update(data, size); }
  std::string hex() { return sha_.hex(); }

 private:
  void number(std::uint64_t value);
  void text(std::string_view text);
  void value(const Value& value);

  Sha256 sha_;
};

}  // namespace pipeline::cache
