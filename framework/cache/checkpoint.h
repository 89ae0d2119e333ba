#pragma once
#include <optional>

#include "cache/digest.h"
#include "cache/layout.h"
#include "pipeline/artifact.h"

// The state of an action that has not finished: one HDF5 file with its record behind it (readers of
// HDF5 pass over that), so that one rename replaces both.

namespace pipeline::cache {

void save_checkpoint(const Layout& layout, const Digest& key, const Artifact& state);
/// None where there is none; throws Damaged.
std::optional<Artifact> load_checkpoint(const Layout& layout, const Digest& key);

}  // namespace pipeline::cache
