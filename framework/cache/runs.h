#pragma once
#include <string>
#include <vector>

#include "cache/layout.h"
#include "cache/store.h"

// The history of runs, and pins: what gc keeps, and what `why` compares with.

namespace pipeline::cache {

/// Each pipeline keeps its newest runs.
inline constexpr std::size_t kKeptRuns = 100;

/// Replaces an earlier state of the same run; forgets the oldest. Marks the actions as used now.
void save_run(const Layout& layout, const RunRecord& run);
/// Newest first; at most `limit`. Damaged ones are left out.
std::vector<RunRecord> runs_of(const Layout& layout, const std::string& pipeline,
                               std::size_t limit);
/// The folders of pipelines that have runs.
std::vector<std::filesystem::path> run_folders(const Layout& layout);
/// Newest first.
std::vector<std::filesystem::path> run_files(const std::filesystem::path& folder);
/// Error if it is not as it was written.
RunRecord read_run(const std::filesystem::path& file);

/// A name for a file or folder that stands for this text and no other.
std::string file_name_for(const std::string& text);

}  // namespace pipeline::cache
