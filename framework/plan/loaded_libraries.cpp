#include "plan/loaded_libraries.h"

#include <link.h>

#include <exception>
#include <utility>

#include "plan/library_code.h"

namespace pipeline::plan {
namespace fs = std::filesystem;
namespace {

struct Found {
  std::set<fs::path> files;
  std::exception_ptr failure;  ///< kept: none may fly through the C library, which would abort
};

int note(dl_phdr_info* info, std::size_t, void* data) noexcept {
  auto& found = *static_cast<Found*>(data);
  try {
    if (*info->dlpi_name) found.files.insert(info->dlpi_name);
    return 0;
  } catch (...) {
    found.failure = std::current_exception();
    return 1;
  }
}

std::set<fs::path> loaded_now() {
  Found found;
  dl_iterate_phdr(note, &found);
  if (found.failure) std::rethrow_exception(found.failure);
  return std::move(found.files);
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
