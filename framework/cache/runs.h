#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cache/store.h"

// The history of runs: what `why` compares with, and what gc keeps. A run's files are
//   runs/<pipeline>/<number>_<id>.json  its record
//   runs/<pipeline>/<number>_<id>.keys  all that it has reached, until the record says the same
// and while locks/<id> is held, the run lives; see active_run.h.

namespace pipeline::cache {

/// What is remembered of one run.
struct RunRecord {
  std::string pipeline;  ///< which pipeline file; a text that stands for no other
  std::string started;   ///< UTC, for people: runs are ordered by number
  std::string file;
  std::map<std::string, Digest> keys{};  ///< by stage; of those that finished
  std::set<Digest> begun{};              ///< looked for, and not finished
  std::int64_t number = 0;               ///< higher than that of every run before it
};

/// Of each pipeline the newest runs are remembered.
inline constexpr std::size_t kKeptRuns = 100;

/// The newest run of that pipeline whose record can be read; `passed_over` is told what is wrong
/// with each newer one. Unreadable where they cannot be looked for.
std::optional<RunRecord> last_run(
    const Store& store, const std::string& pipeline,
    const std::function<void(const std::string& problem)>& passed_over = {});

/// A run's files, as their names tell.
struct FoundRun {
  std::filesystem::path stem;  ///< without ".json" or ".keys"
  std::int64_t number = 0;     ///< 0 for those of older programs, which are ordered by their names
  Digest id;                   ///< "" for those of older programs
  bool has_record = false, has_keys = false;

  std::filesystem::path record() const { return stem.native() + ".json"; }
  std::filesystem::path keys() const { return stem.native() + ".keys"; }
};
/// Newest first. Files with other names are not runs'.
std::vector<FoundRun> runs_in(const std::filesystem::path& folder);
/// None of a file's name that is no run's.
std::optional<FoundRun> run_of_file(const std::filesystem::path& file);
/// The folders of pipelines that have runs.
std::vector<std::filesystem::path> run_folders(const Store& store);
std::filesystem::path run_folder(const Store& store, const std::string& pipeline);
/// Higher than that of any run there is, whatever the clocks say.
std::int64_t next_number(const Store& store);

/// The record; Error if it is gone or not as it was written.
RunRecord read_run(const FoundRun& run);
std::string text_of(const RunRecord& run);

/// A name for a file or folder that stands for this text and no other, also where capital and small
/// letters are one.
std::string file_name_for(const std::string& text);

}  // namespace pipeline::cache
