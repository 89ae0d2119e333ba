#include "plan/loaded_libraries.h"

#include <link.h>

#include "plan/library_code.h"

namespace pipeline::plan {
namespace fs = std::filesystem;
namespace {

std::set<fs::path> loaded_now() {
  std::set<fs::path> files;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* data) {
        if (*info->dlpi_name) static_cast<std::set<fs::path>*>(data)->insert(info->dlpi_name);
        return 0;
      },
      &files);
  return files;
}

}  // namespace

LoadedLibraries::LoadedLibraries() : files_(loaded_now()) {}

std::vector<fs::path> LoadedLibraries::unknown_since(const FileDigests& declared) const {
  std::vector<fs::path> unknown;
  for (const fs::path& file : loaded_now()) {
    if (files_.count(file) || file.filename().string().starts_with("libpipeline-")) continue;
    std::error_code ignored;
    const fs::path real = fs::weakly_canonical(file, ignored);
    if (!is_system_library(real) && !declared.count(file) && !declared.count(real))
      unknown.push_back(file);
  }
  return unknown;
}

}  // namespace pipeline::plan
