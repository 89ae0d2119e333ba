#pragma once
#include <filesystem>
#include <vector>

#include "cache/roots.h"

// What gc removes besides results.

namespace pipeline::cache {

/// See GcPlan::leftovers.
std::vector<std::filesystem::path> leftovers(const Store& store, const Roots& roots, int keep_runs);

/// A checkpoint or an end state, by its place.
bool is_state(const Store& store, const std::filesystem::path& file);
/// Of a checkpoint: its action has a result, or no run begins or began it that is to be kept. Of an
/// end state: its result is gone, and no such run reaches it.
bool is_stale_state(const Store& store, const Roots& roots, const std::filesystem::path& file);

enum class Removal {
  done,
  absent,  ///< somebody else has removed it
  needed,  ///< it is no leftover any more, and stays
};
inline Removal removal(bool done) { return done ? Removal::done : Removal::absent; }

/// Removes a leftover of another kind, if it still is one. Error where that
/// fails.
Removal remove_leftover(Store& store, const std::filesystem::path& file);

}  // namespace pipeline::cache
