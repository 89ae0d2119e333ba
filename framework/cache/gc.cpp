#include "cache/gc.h"

#include <sys/stat.h>

#include <algorithm>
#include <ctime>
#include <set>

#include "cache/files.h"
#include "cache/found_files.h"
#include "cache/layout.h"
#include "cache/listing.h"
#include "cache/pins.h"
#include "cache/runs.h"
#include "cache/time.h"

namespace pipeline::cache {
namespace fs = std::filesystem;
namespace {

std::uint64_t size_of(const fs::path& file) {
  struct stat status {};
  return stat(file.c_str(), &status) == 0 ? std::uint64_t(status.st_size) : 0;
}

std::set<Digest> reached(const Store& store, int keep_runs) {
  std::set<Digest> keys;
  for (const Digest& key : pins(store)) keys.insert(key);
  for (const fs::path& folder : run_folders(store)) {
    int kept = 0;
    for (const fs::path& file : run_files(folder)) {
      if (kept >= keep_runs) break;
      try {
        for (const auto& [stage, key] : read_run(file).keys) keys.insert(key);
        ++kept;
      } catch (const Error&) {
        // verify() tells of it.
      }
    }
  }
  return keys;
}

// A checkpoint is of use until its action has a result, or nobody goes on with it for a month.
bool is_stale_checkpoint(const Store& store, const fs::path& file) {
  constexpr std::time_t kMonth = 30 * 24 * 3600;
  const std::string key = file.stem().string();
  struct stat status {};
  if (!is_digest(key) || file.extension() != kExtension || stat(file.c_str(), &status) != 0)
    return false;
  return store.find(key) || status.st_mtime < std::time(nullptr) - kMonth;
}

std::vector<fs::path> leftovers(const Store& store) {
  const Layout layout{store.root()};
  std::vector<fs::path> files;
  for (const fs::path& file : files_in(layout.tmp()))
    if (is_abandoned(file)) files.push_back(file);
  for (const auto& [folder, extension] :
       {std::pair{layout.records(), ".json"}, std::pair{layout.objects(), kExtension}})
    for (const FoundFile& file : files_by_key(folder, extension))
      if (!file.key.empty() && !store.is_locked(file.key) && !store.find(file.key))
        files.push_back(file.path);
  for (const fs::path& file : files_in(layout.checkpoints()))
    if (is_stale_checkpoint(store, file) && !store.is_locked(file.stem().string()))
      files.push_back(file);
  for (const fs::path& file : files_in(layout.locks()))
    if (is_digest(file.filename().string()) && !store.is_locked(file.filename().string()))
      files.push_back(file);
  return files;
}

void remove_leftover(Store& store, const fs::path& file) {
  const Layout layout{store.root()};
  if (file.parent_path() == layout.tmp()) {
    if (is_abandoned(file)) remove_file(file);
    return;
  }
  const std::string key = file.stem().string();
  if (!is_digest(key)) return;
  const auto lock = store.try_lock(key);  // takes over a dead owner's, and removes it at the end
  if (!lock) return;
  if (file.parent_path() == layout.checkpoints()) {
    if (is_stale_checkpoint(store, file)) remove_file(file);
  } else if (file.parent_path() != layout.locks() && !store.find(key)) {
    store.remove(key);
  }
}

}  // namespace

GcPlan plan_gc(const Store& store, int keep_runs, std::optional<std::uint64_t> max_bytes) {
  const Layout layout{store.root()};
  const std::set<Digest> kept = reached(store, keep_runs);
  GcPlan plan;
  std::uint64_t total = 0;
  std::vector<std::pair<std::int64_t, GcPlan::Item>> candidates;
  for (Entry& entry : list(store)) {
    const Digest key = entry.record.key;
    const std::uint64_t bytes = size_of(layout.object(key)) + size_of(layout.record(key));
    total += bytes;
    if (kept.count(key) || store.is_locked(key)) continue;
    candidates.emplace_back(last_use(store, key).value_or(0),
                            GcPlan::Item{std::move(entry.record), entry.last_used, bytes});
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [used, item] : candidates) {
    if (max_bytes && total <= *max_bytes) break;
    total -= item.bytes;
    plan.bytes += item.bytes;
    plan.items.push_back(std::move(item));
  }
  plan.leftovers = leftovers(store);
  for (const fs::path& file : plan.leftovers) plan.bytes += size_of(file);
  return plan;
}

void collect(Store& store, const GcPlan& plan) {
  const Layout layout{store.root()};
  for (const GcPlan::Item& item : plan.items) {
    const Digest& key = item.record.key;
    const auto lock = store.try_lock(key);
    const auto used = last_use(store, key);
    const bool wanted = used && utc(*used) != item.last_used;
    if (lock && !wanted && !fs::exists(layout.pins() / key)) store.remove(key);
  }
  for (const fs::path& file : plan.leftovers) remove_leftover(store, file);
}

}  // namespace pipeline::cache
