#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "cache/runs.h"

namespace pipeline::cache {

/// A pipeline's runs: those under way, and the last `keep_runs` of the others; and all before.
struct CountedRuns {
  std::vector<FoundRun> kept, past;
};
CountedRuns count_runs(const Store& store, const std::filesystem::path& folder, int keep_runs);

/// What gc keeps: what pins, each pipeline's last runs and the runs under way reach. Which are the
/// last their numbers say; no clock is asked.
class Roots {
 public:
  Roots(const Store& store, int keep_runs) : store_(store), keep_runs_(keep_runs) {}
  /// Reads what is new since the last time; forgets nothing. Error, naming the file, where one that
  /// says what to keep cannot be read.
  void refresh();
  bool reach(const Digest& key) const { return keys_.count(key) > 0; }

 private:
  void read_record(const FoundRun& run);
  void read_keys(const FoundRun& run);

  const Store& store_;
  const int keep_runs_;
  std::unordered_set<Digest> keys_;
  std::map<std::filesystem::path, std::string> states_;    ///< of the records that were read
  std::map<std::filesystem::path, std::int64_t> lengths_;  ///< of what was read of files of keys
};

}  // namespace pipeline::cache
