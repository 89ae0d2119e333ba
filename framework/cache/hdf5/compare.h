#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "cache/hdf5_file.h"

namespace pipeline::cache {

/// differences_from_hdf5() of hdf5_file.h.
std::vector<std::string> compare_with_hdf5(const std::filesystem::path& path,
                                           const std::map<std::string, StoredOutput>& outputs);

}  // namespace pipeline::cache
