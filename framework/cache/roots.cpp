#include "cache/roots.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "cache/files.h"
#include "cache/pins.h"

namespace pipeline::cache {
namespace fs = std::filesystem;
namespace {

/// From `offset` to the end, or as much as is there.
std::string read_from(const FileDescriptor& fd, const fs::path& file, std::int64_t offset) {
  std::string text;
  char block[1 << 16];
  for (;;) {
    const ssize_t n = pread(fd.get(), block, sizeof block, offset + off_t(text.size()));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_read_error(file, errno);
    if (n == 0) return text;
    text.append(block, std::size_t(n));
  }
}

// A line that is just written, or was when the power went.
bool is_unfinished(std::string_view tail) {
  return tail.find_first_not_of('\0') == std::string_view::npos ||
         (tail.size() <= 64 &&
          tail.find_first_not_of("0123456789abcdef") == std::string_view::npos);
}

// Its name says that it says what to keep.
template <class Read>
void require_root(const fs::path& file, Read read) {
  try {
    read();
  } catch (const Error& error) {
    throw Error(
        fmt::format("'{}' says which results a run needs, and cannot be read: {}; restore it, or "
                    "remove it to have gc go by the other runs",
                    file.string(), error.what()));
  }
}

}  // namespace

CountedRuns count_runs(const Store& store, const fs::path& folder, int keep_runs) {
  CountedRuns counted;
  int last = 0;
  for (FoundRun& run : runs_in(folder)) {
    const bool lives = run.has_keys && store.is_locked(run.id);
    (lives || last++ < keep_runs ? counted.kept : counted.past).push_back(std::move(run));
  }
  return counted;
}

void Roots::refresh() {
  for (const Digest& key : pins(store_)) keys_.insert(key);
  for (const fs::path& folder : run_folders(store_))
    for (const FoundRun& run : count_runs(store_, folder, keep_runs_).kept) {
      if (run.has_keys) require_root(run.keys(), [&] { read_keys(run); });
      if (run.has_record) require_root(run.record(), [&] { read_record(run); });
    }
}

void Roots::read_record(const FoundRun& run) {
  struct stat status {};
  if (stat(run.record().c_str(), &status) != 0 && errno == ENOENT) return;  // forgotten just now
  const std::string state = fmt::format("{} {} {} {}", status.st_ino, status.st_size,
                                        status.st_ctim.tv_sec, status.st_ctim.tv_nsec);
  if (states_[run.stem] == state) return;
  const RunRecord record = read_run(run);
  for (const auto& [stage, key] : record.keys) keys_.insert(key);
  keys_.insert(record.begun.begin(), record.begun.end());
  states_[run.stem] = state;
}

void Roots::read_keys(const FoundRun& run) {
  const fs::path file = run.keys();
  const FileDescriptor fd = open_file(file, O_RDONLY | O_NONBLOCK);
  if (!fd && errno == ENOENT) return;  // its record says the same by now
  struct stat status {};
  if (!fd || fstat(fd.get(), &status) != 0) throw_read_error(file, errno);
  if (!S_ISREG(status.st_mode)) throw Error("it is no file");
  std::int64_t& length = lengths_[run.stem];
  const std::string text = read_from(fd, file, length);
  std::size_t start = 0;
  for (std::size_t end; (end = text.find('\n', start)) != std::string::npos; start = end + 1) {
    std::string key = text.substr(start, end - start);
    if (!is_digest(key)) throw Error(fmt::format("byte {} begins no key", length + start));
    keys_.insert(std::move(key));
  }
  if (!is_unfinished(std::string_view(text).substr(start)))
    throw Error(fmt::format("byte {} begins no key", length + start));
  length += std::int64_t(start);
}

}  // namespace pipeline::cache
