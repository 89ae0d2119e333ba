#pragma once
#include <vector>

#include "cache/store.h"

namespace pipeline::cache {

/// gc keeps a pinned action, whatever the runs reach.
void pin(Store& store, const Digest& key);
void unpin(Store& store, const Digest& key);
std::vector<Digest> pins(const Store& store);

}  // namespace pipeline::cache
