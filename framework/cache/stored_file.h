#pragma once
#include <memory>
#include <string>

#include "cache/files.h"
#include "cache/mapped_file.h"
#include "cache/pending_checks.h"
#include "cache/record.h"

// A file of outputs between memory and disk: written with its checksums, mapped after checking
// them.

namespace pipeline::cache {

/// What must be known of a file to read it without parsing it.
struct FileContents {
  std::map<std::string, StoredOutput> outputs;
  std::uint64_t file_bytes = 0;
  std::uint64_t structure_checksum = 0;
};

/// Writes and syncs, while another thread makes the digests of what is large. Error if the outputs
/// cannot be stored or the disk does not take them, and Damaged where an array lies in a mapped
/// file that could not be read to its end.
FileContents write_outputs(TempFile& file, const Value::Map& provenance,
                           const std::map<std::string, Artifact>& outputs);

/// MappedFile::open(), with Unavailable for a file that cannot be read, and Damaged for what is no
/// file.
std::shared_ptr<const MappedFile> map_stored(const std::filesystem::path& path);

/// A mapped file whose size and structure are those described.
class OutputFile {
 public:
  /// `file` is null where there is none; it is longer than `contents` tell by `trailer` bytes.
  /// Throws Damaged. `contents` must outlive this.
  OutputFile(std::filesystem::path path, std::shared_ptr<const MappedFile> file,
             const FileContents& contents, std::size_t trailer = 0);
  /// An output with its arrays in place. Throws Damaged; the checksums of large ones are left to
  /// `pending`, which watches the file from now on.
  Artifact load(const std::string& port, PendingChecks& pending) const;

 private:
  Array map_array(const std::string& port, const std::string& path, const StoredArray& array,
                  PendingChecks& pending) const;

  std::filesystem::path path_;
  const FileContents& contents_;
  std::shared_ptr<const MappedFile> file_;
};

}  // namespace pipeline::cache
