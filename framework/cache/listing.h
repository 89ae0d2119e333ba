#pragma once
#include <optional>

#include "cache/layout.h"
#include "cache/store.h"

namespace pipeline::cache {

/// What is in a folder of two-digit folders, as objects/ and records/ are.
struct FoundFile {
  std::filesystem::path path;
  Digest key;  ///< "" where the name is not that of a key in its folder with `extension`
};
std::vector<FoundFile> files_by_key(const std::filesystem::path& folder,
                                    const std::string& extension);
/// The plain files of a folder but those that begin with a dot, sorted; empty where there is none.
std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder);

/// The record's last use, in nanoseconds since 1970; none where it is gone.
std::optional<std::int64_t> last_use(const Layout& layout, const Digest& key);

}  // namespace pipeline::cache
