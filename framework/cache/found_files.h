#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cache/digest.h"

namespace pipeline::cache {

/// What is in a folder of two-digit folders, as objects/ and records/ are.
struct FoundFile {
  std::filesystem::path path;
  Digest key;  ///< "" where the name is not that of a key in its folder with `extension`
};
std::vector<FoundFile> files_by_key(const std::filesystem::path& folder,
                                    const std::string& extension);
/// What is in a folder but what begins with a dot, sorted; empty where there is none. Names take a
/// tenth of the time that paths do.
std::vector<std::string> names_in(const std::filesystem::path& folder);
std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder);
/// None where there is nothing; 0 for what is no plain file.
std::optional<std::uint64_t> bytes_of(const std::filesystem::path& file);
/// A link is somebody's choice, wherever it leads: gc leaves it.
bool is_link(const std::filesystem::path& path);

}  // namespace pipeline::cache
