#pragma once
#include <filesystem>
#include <optional>

#include "cache/digest.h"
#include "cache/files.h"
#include "pipeline/artifact.h"

// The state of an action that has not finished: one HDF5 file with its record behind it (readers of
// HDF5 pass over that), so that one rename replaces both.

namespace pipeline::cache {

/// Writes and syncs; to be published under layout.checkpoint(key), see layout.h.
void write_checkpoint(TempFile& file, const Digest& key, const Artifact& state);
/// The state of the action `key`, from layout.checkpoint(key) or, where it was kept with the
/// result, from layout.state(key). None where there is none; throws Damaged. Copied, not mapped: it
/// has been read whole.
std::optional<Artifact> load_checkpoint(const std::filesystem::path& path, const Digest& key);

}  // namespace pipeline::cache
