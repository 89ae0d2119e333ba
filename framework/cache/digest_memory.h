#pragma once
#include <filesystem>
#include <functional>

#include "cache/store.h"

namespace pipeline::cache {

/// SHA-256 of a file outside the cache, remembered while its path, size, device, inode and times
/// stay the same. What was changed less than two seconds before it was read is read again the next
/// time: a second change might not show in its times (git's index calls this racily clean). To lose
/// the memory costs reading again. Error if the file cannot be read, or changes all the time.
/// `cancelled` is asked each megabyte; Cancelled once it says so.
Digest file_digest(const Store& store, const std::filesystem::path& file,
                   const std::function<bool()>& cancelled = {});
/// As above, but always reads.
Digest read_file_digest(const std::filesystem::path& file,
                        const std::function<bool()>& cancelled = {});

}  // namespace pipeline::cache
