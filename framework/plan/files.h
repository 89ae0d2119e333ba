#pragma once
#include <filesystem>
#include <functional>
#include <map>

#include "cache/digest.h"
#include "pipeline/dependencies.h"

namespace pipeline::plan {

/// Files and folders outside the cache as a key saw them: a file's content; of a folder the names
/// in it; "" of what is not there.
using FileDigests = std::map<std::filesystem::path, cache::Digest>;
/// cache::file_digest() or cache::read_file_digest().
using ReadDigest = std::function<cache::Digest(const std::filesystem::path&)>;

/// A declared file as it stands in a key: null where it is not there, else {"content": digest}; a
/// folder as the same by name. What was seen is added to `seen`. Error if it cannot be read.
Value key_value(const Dependencies::File& file, const ReadDigest& read, FileDigests& seen);

/// Error naming the first that is no longer as it was seen.
void require_unchanged(const FileDigests& seen, const ReadDigest& read);

}  // namespace pipeline::plan
