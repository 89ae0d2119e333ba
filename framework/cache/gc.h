#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cache/store.h"

namespace pipeline::cache {

/// Records whose stored files are gone may take this many bytes together: 50,000 or so. They give
/// the digests that the keys of later stages need, where the file's bytes are not wanted.
inline constexpr std::uint64_t kRecordBytes = 128 << 20;

struct GcPlan {
  struct Item {
    Record record;
    std::string last_used;
    std::uint64_t bytes;            ///< that would be freed
    std::uint64_t state_bytes = 0;  ///< of these, the end state's
  };
  std::vector<Item> items;    ///< results whose files, and end states, would go; their records stay
  std::vector<Item> records;  ///< records that would go, and have no file or lose it
  /// Temporary files and locks of dead processes, files without a record, damaged records,
  /// checkpoints of actions that have a result or that no run to be kept has begun, end states
  /// without a result, what killed runs before those had reached, and damaged records of such runs.
  std::vector<std::filesystem::path> leftovers;
  std::uint64_t bytes = 0;  ///< of all of it
  int keep_runs = 0;
};
/// What may go: results that no pin, none of any pipeline's last `keep_runs` runs and none of those
/// under way reach; with `max_bytes`, only as many as it takes until the cache fits. Their records
/// go beyond `record_bytes`, or where the cache does not fit without. What goes first was reached
/// last by the earliest run, by the runs' numbers; of equals, used least recently. No decision on
/// what lives asks a clock. Links in places of files stay, with the record that goes with them.
/// Error, with nothing done, where a file that says what to keep cannot be read.
GcPlan plan_gc(const Store& store, int keep_runs, std::optional<std::uint64_t> max_bytes,
               std::uint64_t record_bytes = kRecordBytes);

/// What came of a plan. What is in none of these somebody else has removed meanwhile.
struct Collected {
  GcPlan gone;             ///< the part of the plan that was removed
  std::size_t needed = 0;  ///< entries that stay: locked, pinned, reached or used since
  std::size_t failed = 0;  ///< entries that could not be removed, or were not tried any more
  std::vector<std::string> problems;  ///< why; one may be that of several entries
};
/// Removes what still may go. Error, with nothing done, where the roots cannot be locked. Writes
/// nothing, so that it works on a full disk. A run that has mapped a file keeps its bytes. What
/// cannot be removed stays, and all else goes nevertheless; where a file that says what to keep
/// cannot be read any more, nothing goes from then on.
Collected collect(Store& store, const GcPlan& plan);

}  // namespace pipeline::cache
