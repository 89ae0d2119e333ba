#include "plan/loaded_libraries.h"

#include <link.h>

#include <exception>
#include <memory>
#include <mutex>
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

/// How many libraries have been loaded, and unloaded, since the process began.
std::pair<unsigned long long, unsigned long long> counts() {
  std::pair<unsigned long long, unsigned long long> counts;
  const auto first = [](dl_phdr_info* info, std::size_t, void* data) noexcept {
    *static_cast<decltype(counts)*>(data) = {info->dlpi_adds, info->dlpi_subs};
    return 1;
  };
  dl_iterate_phdr(first, &counts);
  return counts;
}

// To list them takes longer than a small stage: it is done when their number has changed.
std::shared_ptr<const std::set<fs::path>> loaded_now() {
  static std::mutex mutex;
  static std::pair<unsigned long long, unsigned long long> listed_at;
  static std::shared_ptr<const std::set<fs::path>> listed;
  const std::lock_guard guard(mutex);
  if (listed && listed_at == counts()) return listed;
  listed_at = counts();
  Found found;
  dl_iterate_phdr(note, &found);
  if (found.failure) std::rethrow_exception(found.failure);
  listed = std::make_shared<const std::set<fs::path>>(std::move(found.files));
  return listed;
}

}  // namespace

LoadedLibraries::LoadedLibraries() : files_(loaded_now()) {}

std::vector<fs::path> LoadedLibraries::unknown_since(const FileDigests& declared) const {
  const auto now = loaded_now();
  if (now == files_) return {};
  std::vector<fs::path> unknown;
  for (const fs::path& file : *now) {
    if (files_->count(file) || file.filename().string().starts_with("libpipeline-")) continue;
    std::error_code ignored;
    const fs::path real = fs::weakly_canonical(file, ignored);
    if (!is_system_library(real) && !declared.count(file) && !declared.count(real))
      unknown.push_back(file);
  }
  return unknown;
}

}  // namespace pipeline::plan
