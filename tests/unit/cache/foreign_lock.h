#pragma once
#include <fcntl.h>
#include <sys/stat.h>

#include <ctime>
#include <filesystem>

#include "support/process.h"

namespace pipeline::cache::testing {

/// A lock file as another machine would leave it, last renewed so many seconds ago.
inline void write_foreign_lock(const std::filesystem::path& path, int seconds_ago) {
  pipeline::testing::write_file(path,
                                R"({"boot":"00000000","host":"elsewhere","pid":7,"process":"1",)"
                                R"("since":"2026-01-01T00:00:00Z"})");
  const timespec time{std::time(nullptr) - seconds_ago, 0};
  const timespec times[] = {time, time};
  utimensat(AT_FDCWD, path.c_str(), times, 0);
}

}  // namespace pipeline::cache::testing
