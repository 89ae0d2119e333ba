#include "cache/digest.h"

#include <fmt/format.h>
// The interface that OpenSSL 3 prefers, EVP, comes with providers and a configuration to read: 5 ms
// at each start of the program. These functions have the same code for each processor behind them.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <new>

namespace pipeline::cache {

static_assert(std::endian::native == std::endian::little,
              "digests and files hold little-endian values");

struct Sha256::Impl {
  SHA256_CTX context;
};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) { SHA256_Init(&impl_->context); }
Sha256::~Sha256() = default;

void Sha256::update(const void* data, std::size_t size) {
  SHA256_Update(&impl_->context, data, size);
}

std::string Sha256::hex() {
  unsigned char bytes[SHA256_DIGEST_LENGTH];
  SHA256_Final(bytes, &impl_->context);
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * sizeof bytes);
  for (const unsigned char byte : bytes) text += kDigits[byte >> 4], text += kDigits[byte & 15];
  return text;
}

struct Checksum::Impl {
  XXH3_state_t* state = XXH3_createState();
  ~Impl() { XXH3_freeState(state); }
};

Checksum::Checksum() : impl_(std::make_unique<Impl>()) {
  if (!impl_->state) throw std::bad_alloc();
  XXH3_64bits_reset(impl_->state);
}
Checksum::~Checksum() = default;

void Checksum::update(const void* data, std::size_t size) {
  if (size > 0) XXH3_64bits_update(impl_->state, data, size);
}
std::uint64_t Checksum::value() const { return XXH3_64bits_digest(impl_->state); }

std::uint64_t checksum_of(const void* data, std::size_t size) {
  return size > 0 ? XXH3_64bits(data, size) : XXH3_64bits("", 0);
}

std::string to_hex(std::uint64_t value) { return fmt::format("{:016x}", value); }

std::uint64_t from_hex(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (text.size() != 16 || problem != std::errc() || end != text.data() + text.size())
    throw Error(fmt::format("expected a checksum of 16 hex digits, found '{}'", text));
  return value;
}

bool is_digest(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

ArtifactDigest::ArtifactDigest(const Artifact& artifact) {
  text("pipeline artifact 1");
  text(artifact.type);
  value(artifact.attributes);
  number(artifact.arrays.size());
}

void ArtifactDigest::array(const std::string& path, const Array& array) {
  text(path);
  text(name(array.dtype()));
  number(array.shape().size());
  for (const std::int64_t size : array.shape()) number(std::uint64_t(size));
}

void ArtifactDigest::number(std::uint64_t value) { sha_.update(&value, sizeof value); }

void ArtifactDigest::text(std::string_view text) {
  number(text.size());
  sha_.update(text.data(), text.size());
}

void ArtifactDigest::value(const Value& value) {
  if (value.is_null()) {
    sha_.update("n", 1);
  } else if (value.is_bool()) {
    sha_.update(value.as_bool() ? "t" : "f", 1);
  } else if (value.is_int()) {
    sha_.update("i", 1);
    number(std::uint64_t(value.as_int()));
  } else if (value.is_real()) {
    const double x = value.as_real();
    sha_.update("r", 1);
    number(
        std::bit_cast<std::uint64_t>(std::isnan(x) ? std::numeric_limits<double>::quiet_NaN() : x));
  } else if (value.is_string()) {
    sha_.update("s", 1);
    text(value.as_string());
  } else if (value.is_list()) {
    sha_.update("l", 1);
    number(value.as_list().size());
    for (const Value& item : value.as_list()) this->value(item);
  } else {
    sha_.update("m", 1);
    number(value.as_map().size());
    for (const auto& [key, item] : value.as_map()) {
      text(key);
      this->value(item);
    }
  }
}

Digest digest_of(const Artifact& artifact) {
  ArtifactDigest digest(artifact);
  for (const auto& [path, array] : artifact.arrays) {
    digest.array(path, array);
    digest.values(array.data(), array.bytes());
  }
  return digest.hex();
}

Digest digest_of(const std::string& bytes) {
  Sha256 sha;
  sha.update(bytes.data(), bytes.size());
  return sha.hex();
}

}  // namespace pipeline::cache
