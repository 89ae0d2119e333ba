#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/problems.h"

namespace pipeline::config {

/// The largest file, in bytes.
inline constexpr std::size_t kLargestFile = 256 << 20;

/// Which file a path leads to, whatever the path: device and inode.
using FileIdentity = std::pair<std::uint64_t, std::uint64_t>;

/// Reads a file; line ends become "\n" and a byte order mark is left out. Error if it cannot be
/// read, is no regular file or is too large. The source's name is `file` as it stands, relative to
/// the working directory where it lies below that.
std::shared_ptr<Source> read_source(const std::filesystem::path& file);

/// Error if the file is not there.
FileIdentity identity_of(const std::filesystem::path& file);

/// True of a file that lies below the folder once all links are followed.
bool lies_below(const std::filesystem::path& file, const std::filesystem::path& folder);

/// One argument of the command line; relative paths in it count from the working directory.
std::shared_ptr<const Source> argument_source(std::string text);

/// False, and a problem, if the text holds what no pipeline file may: bytes that are not UTF-8, NUL
/// and other control characters.
bool check_characters(const std::shared_ptr<const Source>& source, Problems& problems);

/// The file as it stands or with ".yaml" added, whichever is there as something else than a folder,
/// or cannot be looked at; empty if neither is.
std::filesystem::path existing_file(const std::filesystem::path& file);

/// Names (without ".yaml") of the pipeline files in a folder, sorted; none if it cannot be read.
std::vector<std::string> files_in(const std::filesystem::path& folder);

}  // namespace pipeline::config
