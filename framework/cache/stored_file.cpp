#include "cache/stored_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <future>

#include "cache/digest.h"
#include "cache/hdf5_file.h"
#include "cache/names.h"

namespace pipeline::cache {
namespace {

/// Where the arrays' bytes are, in order. Throws Damaged if the record cannot be one of this file.
std::vector<const StoredArray*> extents(const std::filesystem::path& path,
                                        const FileContents& contents) {
  std::vector<const StoredArray*> arrays;
  for (const auto& [port, output] : contents.outputs)
    for (const auto& [name, array] : output.arrays)
      if (array.bytes > 0) arrays.push_back(&array);
  std::sort(arrays.begin(), arrays.end(),
            [](const auto* a, const auto* b) { return a->offset < b->offset; });
  std::uint64_t end = 0;
  for (const StoredArray* array : arrays) {
    if (array->offset < end || array->offset > contents.file_bytes ||
        array->bytes > contents.file_bytes - array->offset)
      throw Damaged(fmt::format("'{}': its record has arrays where they cannot be", path.string()));
    end = array->offset + array->bytes;
  }
  return arrays;
}

std::uint64_t structure_checksum(const std::byte* bytes, const FileContents& contents,
                                 const std::vector<const StoredArray*>& arrays) {
  Checksum checksum;
  std::uint64_t done = 0;
  for (const StoredArray* array : arrays) {
    checksum.update(bytes + done, array->offset - done);
    done = array->offset + array->bytes;
  }
  checksum.update(bytes + done, contents.file_bytes - done);
  return checksum.value();
}

// Blocks that stay in the second-level cache between checksum and write.
StoredArray write_array(TempFile& file, std::uint64_t offset, const Array& array) {
  constexpr std::size_t kBlock = 256 * 1024;
  const auto* data = static_cast<const std::byte*>(array.data());
  Checksum checksum;
  for (std::size_t done = 0; done < array.bytes(); done += kBlock) {
    const std::size_t count = std::min(kBlock, array.bytes() - done);
    checksum.update(data + done, count);
    file.write(offset + done, data + done, count);
    file.begin_sync(offset + done, count);
  }
  return {array.dtype(), array.shape(), offset, array.bytes(), checksum.value()};
}

using Digests = std::map<std::string, Digest>;

// SHA-256 reads a gigabyte a second, about as much as a disk takes: where there is much to read, a
// thread does it while this one writes.
std::future<Digests> begin_digests(const std::map<std::string, Artifact>& outputs) {
  std::uint64_t bytes = 0;
  for (const auto& [port, artifact] : outputs)
    for (const auto& [path, array] : artifact.arrays) bytes += array.bytes();
  const auto later = std::launch::deferred;
  return std::async(bytes < PendingChecks::kLarge ? later : std::launch::async | later, [&outputs] {
    Digests digests;
    for (const auto& [port, artifact] : outputs) digests[port] = digest_of(artifact);
    return digests;
  });
}

// A stage may hand on what it read: that was mapped, and written as zeros where it was lost.
void require_readable(const std::map<std::string, Artifact>& outputs) {
  for (const auto& [port, artifact] : outputs)
    for (const auto& [path, array] : artifact.arrays)
      if (const auto fault = MappedFile::fault_at(array.data()))
        throw Damaged(fmt::format("output '{}' was read from a file: {}", port, *fault));
}

}  // namespace

FileContents write_outputs(TempFile& file, const Value::Map& provenance,
                           const std::map<std::string, Artifact>& outputs) {
  require_storable(outputs);
  auto digests = begin_digests(outputs);
  const auto layout = lay_out(provenance, outputs);
  file.resize(layout->size());
  layout->each_piece([&](std::uint64_t offset, const void* data, std::size_t size) {
    file.write(offset, data, size);
  });
  FileContents contents;
  contents.file_bytes = layout->size();
  for (const auto& [port, artifact] : outputs) {
    StoredOutput& output = contents.outputs[port];
    output.type = artifact.type;
    output.attributes = artifact.attributes;
    for (const auto& [path, array] : artifact.arrays)
      output.arrays[path] = write_array(file, layout->offset(port, path), array);
  }
  const auto written = MappedFile::open(file.path());
  if (!written || written->bytes().size() != contents.file_bytes)
    throw Error(
        fmt::format("'{}' was changed while it was written; run again", file.path().string()));
  contents.structure_checksum =
      structure_checksum(written->bytes().data(), contents, extents(file.path(), contents));
  require_no_fault(*written);
  file.sync();
  for (auto& [port, digest] : digests.get()) contents.outputs[port].digest = digest;
  require_readable(outputs);
  return contents;
}

std::shared_ptr<const MappedFile> map_stored(const std::filesystem::path& path) {
  try {
    return MappedFile::open(path);
  } catch (const Unreadable& unreadable) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) throw Damaged(unreadable.problem());
    throw Unavailable(unreadable.problem());
  }
}

OutputFile::OutputFile(std::filesystem::path path, std::shared_ptr<const MappedFile> file,
                       const FileContents& contents, std::size_t trailer)
    : path_(std::move(path)), contents_(contents), file_(std::move(file)) {
  if (!file_) throw Damaged(fmt::format("'{}' is gone", path_.string()));
  const std::uint64_t expected = contents_.file_bytes + trailer;
  if (file_->bytes().size() != expected)
    throw Damaged(fmt::format("'{}' is damaged: it has {} bytes, expected {}", path_.string(),
                              file_->bytes().size(), expected));
  const auto arrays = extents(path_, contents_);
  const std::uint64_t found = structure_checksum(file_->bytes().data(), contents_, arrays);
  require_no_fault(*file_);
  if (found != contents_.structure_checksum)
    throw Damaged(
        fmt::format("'{}' is damaged: outside of its datasets the checksum is {}, "
                    "expected {}",
                    path_.string(), to_hex(found), to_hex(contents_.structure_checksum)));
}

Artifact OutputFile::load(const std::string& port, PendingChecks& pending) const {
  const auto output = contents_.outputs.find(port);
  if (output == contents_.outputs.end())
    throw Error(fmt::format("'{}' has no output '{}'", path_.string(), port));
  pending.watch(file_);
  Artifact artifact;
  artifact.type = output->second.type;
  artifact.attributes = output->second.attributes;
  for (const auto& [path, array] : output->second.arrays)
    artifact.arrays.emplace(path, map_array(port, path, array, pending));
  return artifact;
}

Array OutputFile::map_array(const std::string& port, const std::string& path,
                            const StoredArray& stored, PendingChecks& pending) const {
  const std::string dataset = dataset_name(port, path);
  const std::int64_t count = elements(stored.shape);
  if (count < 0 || std::uint64_t(count) > contents_.file_bytes ||
      std::uint64_t(count) * item_size(stored.dtype) != stored.bytes)
    throw Damaged(fmt::format("'{}', dataset '{}': its record has {} bytes for the shape {}",
                              path_.string(), dataset, stored.bytes, to_string(stored.shape)));
  if (stored.bytes == 0) return Array(stored.dtype, stored.shape);
  const std::byte* data = file_->bytes().data() + stored.offset;
  constexpr std::uint64_t kAlignment = 64;
  const bool in_place = stored.offset % kAlignment == 0;
  const auto check = [place = fmt::format("'{}', dataset '{}'", path_.string(), dataset),
                      file = file_, data, bytes = stored.bytes, expected = stored.checksum] {
    const std::uint64_t found = checksum_of(data, bytes);
    if (const auto fault = file->fault()) throw Damaged(fmt::format("{} {}", place, *fault));
    if (found != expected)
      throw Damaged(fmt::format("{} is damaged: its checksum is {}, expected {}", place,
                                to_hex(found), to_hex(expected)));
  };
  if (in_place && stored.bytes >= PendingChecks::kLarge) pending.add(check);
  else check();
  if (in_place) return Array(stored.dtype, stored.shape, data, file_);
  Array copy(stored.dtype, stored.shape);
  std::memcpy(copy.mutable_data(), data, stored.bytes);
  return copy;
}

}  // namespace pipeline::cache
