#include "cache/listing.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "cache/found_files.h"
#include "cache/layout.h"
#include "cache/time.h"

namespace pipeline::cache {
namespace fs = std::filesystem;

std::optional<std::int64_t> last_use(const Store& store, const Digest& key) {
  struct stat status {};
  if (stat(Layout{store.root()}.record(key).c_str(), &status) != 0) return std::nullopt;
  constexpr std::int64_t kMicro = 1'000'000;
  const auto seconds = std::clamp<std::int64_t>(status.st_mtim.tv_sec, INT64_MIN / kMicro + 1,
                                                INT64_MAX / kMicro - 1);
  return seconds * kMicro + status.st_mtim.tv_nsec / 1000;
}

std::vector<Entry> list(const Store& store) {
  std::vector<Entry> entries;
  for (const FoundFile& file : files_by_key(Layout{store.root()}.records(), ".json")) {
    auto record = store.find(file.key);
    const auto used = record ? last_use(store, file.key) : std::nullopt;
    if (!used) continue;
    const bool has_file = store.has_file(*record);
    entries.push_back({std::move(*record), utc(*used), has_file, store.end_state_bytes(file.key)});
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

}  // namespace pipeline::cache
