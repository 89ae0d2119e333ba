#pragma once
#include "cache/store.h"

namespace pipeline::plan {

/// True of what a run writes out for people to look at: figures, texts, scalars. Their bytes are
/// wanted even where no stage reads them.
bool is_exported(const cache::StoredOutput& output);
bool exports_any(const cache::Record& record);

}  // namespace pipeline::plan
