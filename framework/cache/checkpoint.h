#pragma once
#include <optional>

#include "cache/digest.h"
#include "cache/files.h"
#include "cache/layout.h"
#include "pipeline/artifact.h"

// The state of an action that has not finished: one HDF5 file with its record behind it (readers of
// HDF5 pass over that), so that one rename replaces both.

namespace pipeline::cache {

/// Writes and syncs; to be published under layout.checkpoint(key).
void write_checkpoint(TempFile& file, const Digest& key, const Artifact& state);
/// None where there is none; throws Damaged. Copied, not mapped: it has been read whole.
std::optional<Artifact> load_checkpoint(const Layout& layout, const Digest& key);

}  // namespace pipeline::cache
