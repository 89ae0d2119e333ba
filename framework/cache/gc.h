#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cache/store.h"

namespace pipeline::cache {

struct GcPlan {
  struct Item {
    Record record;
    std::string last_used;
    std::uint64_t bytes;
  };
  std::vector<Item> items;  ///< actions that would go
  /// Temporary files and locks of dead processes, files without a record, damaged records, and
  /// checkpoints of actions that have a result or that nobody went on with for a month.
  std::vector<std::filesystem::path> leftovers;
  std::uint64_t bytes = 0;  ///< of both
};
/// What may go: actions that no pin and none of any pipeline's last `keep_runs` runs reach; with
/// `max_bytes`, only the least recently used of those until the cache fits. Locked actions never.
GcPlan plan_gc(const Store& store, int keep_runs, std::optional<std::uint64_t> max_bytes);
/// Removes what still may go: an action that was locked, pinned or used since stays. A run that has
/// mapped a file keeps its bytes; one that comes to need them later computes them again.
void collect(Store& store, const GcPlan& plan);

}  // namespace pipeline::cache
