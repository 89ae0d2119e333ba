#include "cache/checkpoint.h"

#include <fmt/format.h>

#include <cstring>

#include "cache/digest.h"
#include "cache/record_text.h"
#include "cache/stored_file.h"

namespace pipeline::cache {
namespace {

constexpr const char* kPort = "checkpoint";
// The file ends with the sealed record, its length in 16 hex digits, and this.
constexpr std::string_view kEnd = "pipeline checkpoint\n";
constexpr std::size_t kLength = 16;

std::string trailer_of(const FileContents& contents, const Digest& key) {
  std::string text = seal(Value::Map{{"key", key},
                                     {"outputs", to_value(contents.outputs)},
                                     {"file_bytes", std::int64_t(contents.file_bytes)},
                                     {"structure_checksum", to_hex(contents.structure_checksum)}});
  text += to_hex(text.size());
  text += kEnd;
  return text;
}

struct Trailer {
  FileContents contents;
  std::size_t size;
};

Trailer read_trailer(std::span<const std::byte> file, const Digest& key) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  if (text.size() < kLength + kEnd.size() || !text.ends_with(kEnd))
    throw Error("its end is missing");
  const std::size_t seal_end = text.size() - kEnd.size() - kLength;
  const std::uint64_t length = from_hex(text.substr(seal_end, kLength));
  if (length > seal_end) throw Error("its end is damaged");
  const Value value = unseal(text.substr(seal_end - length, length));
  if (value.at("key").as_string() != key) throw Error("it is another action's");
  Trailer trailer;
  trailer.contents.outputs = outputs_from(value.at("outputs"));
  trailer.contents.file_bytes = std::uint64_t(value.at("file_bytes").as_int());
  trailer.contents.structure_checksum = from_hex(value.at("structure_checksum").as_string());
  trailer.size = std::size_t(length) + kLength + kEnd.size();
  return trailer;
}

Array copy_of(const Array& array) {
  Array copy(array.dtype(), array.shape());
  if (array.bytes() > 0) std::memcpy(copy.mutable_data(), array.data(), array.bytes());
  return copy;
}

}  // namespace

void write_checkpoint(TempFile& file, const Digest& key, const Artifact& state) {
  const FileContents contents = write_outputs(file, {{"key", key}}, {{kPort, state}});
  const std::string trailer = trailer_of(contents, key);
  file.write(contents.file_bytes, trailer.data(), trailer.size());
  file.sync();
}

std::optional<Artifact> load_checkpoint(const std::filesystem::path& path, const Digest& key) {
  const auto file = map_stored(path);
  if (!file) return std::nullopt;
  Artifact state;
  PendingChecks pending;
  try {
    const Trailer trailer = read_trailer(file->bytes(), key);
    state = OutputFile(path, file, trailer.contents, trailer.size).load(kPort, pending);
  } catch (const Damaged&) {
    throw;
  } catch (const Error& error) {
    require_no_fault(*file);
    throw Damaged(fmt::format("'{}' is damaged: {}", path.string(), error.what()));
  }
  for (auto& [name, array] : state.arrays) array = copy_of(array);
  pending.wait();
  return state;
}

}  // namespace pipeline::cache
