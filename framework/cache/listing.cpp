#include "cache/listing.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "cache/digest.h"
#include "cache/files.h"

namespace pipeline::cache {
namespace fs = std::filesystem;

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code problem;
  for (fs::directory_iterator it(folder, problem), end; !problem && it != end;
       it.increment(problem))
    if (it->path().filename().native()[0] != '.') files.push_back(it->path());
  if (problem && problem != std::errc::no_such_file_or_directory)
    throw_io_error("read", folder, problem.value());
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<FoundFile> files_by_key(const fs::path& folder, const std::string& extension) {
  std::vector<FoundFile> found;
  for (const fs::path& sub : files_in(folder)) {
    std::error_code ignored;
    if (!fs::is_directory(sub, ignored)) {
      found.push_back({sub, ""});
      continue;
    }
    for (const fs::path& file : files_in(sub)) {
      const std::string key = file.stem().string();
      const bool fits = is_digest(key) && file.extension() == extension &&
                        sub.filename().string() == key.substr(0, 2);
      found.push_back({file, fits ? key : ""});
    }
  }
  return found;
}

std::optional<std::int64_t> last_use(const Layout& layout, const Digest& key) {
  struct stat status {};
  if (stat(layout.record(key).c_str(), &status) != 0) return std::nullopt;
  return status.st_mtim.tv_sec * std::int64_t{1'000'000'000} + status.st_mtim.tv_nsec;
}

std::vector<Entry> list(const Store& store) {
  const Layout layout{store.root()};
  std::vector<Entry> entries;
  for (const FoundFile& file : files_by_key(layout.records(), ".json")) {
    auto record = store.find(file.key);
    const auto used = record ? last_use(layout, file.key) : std::nullopt;
    if (used) entries.push_back({std::move(*record), utc(*used / 1'000'000'000)});
  }
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return a.record.created > b.record.created;
  });
  return entries;
}

Digest find_key(const Store& store, const std::string& prefix) {
  constexpr std::size_t kShortest = 4;
  if (prefix.size() < kShortest ||
      prefix.find_first_not_of("0123456789abcdef") != std::string::npos)
    throw Error(
        fmt::format("'{}' is no key: expected its first {} or more hex digits, as "
                    "`pipeline cache ls` shows them",
                    prefix, kShortest));
  std::vector<Digest> keys;
  for (const FoundFile& file : files_by_key(Layout{store.root()}.records(), ".json"))
    if (file.key.starts_with(prefix) && store.find(file.key)) keys.push_back(file.key);
  if (keys.empty())
    throw Error(
        fmt::format("the cache '{}' has no result whose key begins with '{}'; `pipeline "
                    "cache ls` shows those there are",
                    store.root().string(), prefix));
  if (keys.size() > 1)
    throw Error(fmt::format("'{}' begins {} keys, as {} and {}; give more digits", prefix,
                            keys.size(), keys[0], keys[1]));
  return keys[0];
}

void pin(Store& store, const Digest& key) {
  if (!is_digest(key)) throw Error(fmt::format("'{}' is no key", key));
  const Layout layout{store.root()};
  write_atomically(layout.pins() / key, "", layout.tmp());
}

void unpin(Store& store, const Digest& key) {
  if (!is_digest(key)) throw Error(fmt::format("'{}' is no key", key));
  if (!remove_file(Layout{store.root()}.pins() / key))
    throw Error(fmt::format("{} is not pinned", key));
}

std::vector<Digest> pins(const Store& store) {
  std::vector<Digest> keys;
  for (const fs::path& file : files_in(Layout{store.root()}.pins()))
    if (is_digest(file.filename().string())) keys.push_back(file.filename().string());
  return keys;
}

}  // namespace pipeline::cache
