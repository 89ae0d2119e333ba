#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cache/store.h"

// The history of runs: what gc keeps, and what `why` compares with.

namespace pipeline::cache {

/// What one run reached, for `why`, `status` and as a root for gc.
struct RunRecord {
  std::string pipeline, started, file;
  std::map<std::string, Digest> keys;  ///< by stage; of those that finished
};

/// Each pipeline keeps its newest runs.
inline constexpr std::size_t kKeptRuns = 100;

/// May be called again and again while a run goes on: pipeline, `started` and process tell a run,
/// whose earlier state is replaced. Forgets the oldest, and marks the actions as used now. Nothing
/// happens where the cache cannot be written to.
void save_run(Store& store, const RunRecord& run);
/// The newest run of a pipeline of that name that can be read.
std::optional<RunRecord> last_run(const Store& store, const std::string& pipeline);

/// The folders of pipelines that have runs.
std::vector<std::filesystem::path> run_folders(const Store& store);
/// Newest first.
std::vector<std::filesystem::path> run_files(const std::filesystem::path& folder);
/// Error if it is not as it was written.
RunRecord read_run(const std::filesystem::path& file);

/// A name for a file or folder that stands for this text and no other.
std::string file_name_for(const std::string& text);

}  // namespace pipeline::cache
