#pragma once
#include <chrono>
#include <filesystem>
#include <functional>

#include "cache/store.h"

namespace pipeline::cache {

using WallClock = std::function<std::chrono::system_clock::time_point()>;

/// SHA-256 of a file outside the cache, remembered while its path, size, device, inode and times
/// (of its content's and its state's last change) stay the same. To lose the memory costs reading
/// again. Error if the file cannot be read, or changes all the time. `cancelled` is asked each
/// megabyte; Cancelled once it says so.
///
/// Every change that a program makes by writing, truncating, replacing or renaming shows, also with
/// the file's times set back, and also through a mapping (mmap): the file is synced first, since a
/// page of a mapping that waits to be written to disk takes further writes without a change of
/// time. Not remembered are files changed less than two seconds before they are read, whose times
/// might not show a second change (git's index calls this racily clean; FAT counts in two seconds),
/// and those of file systems in memory (tmpfs), which have no time for what a mapping writes.
///
/// What no time shows is seen by reading alone (Store::check_files()): on FAT, a file of equal size
/// whose time was set back; on a network's file system, a change that its server does not tell yet
/// or dates by a clock that is seconds behind; what is written beneath the file system.
///
/// `now` tells the time that the file's times are compared with.
Digest file_digest(const Store& store, const std::filesystem::path& file,
                   const std::function<bool()>& cancelled = {},
                   const WallClock& now = std::chrono::system_clock::now);
/// As above, but always reads.
Digest read_file_digest(const std::filesystem::path& file,
                        const std::function<bool()>& cancelled = {});

}  // namespace pipeline::cache
