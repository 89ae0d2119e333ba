#pragma once
#include <string>
#include <vector>

#include "cache/store.h"

namespace pipeline::cache {

/// Everything that is wrong in the cache: a line an item, with file and dataset, and what to do.
/// Empty if clean. Reads every byte, and opens each file whose structure is undamaged with the HDF5
/// library and compares what that says with the record. What killed processes left unfinished is
/// not wrong: gc removes it.
std::vector<std::string> verify(const Store& store);

}  // namespace pipeline::cache
