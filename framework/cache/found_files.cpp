#include "cache/found_files.h"

#include <algorithm>
#include <system_error>

#include "cache/files.h"

namespace pipeline::cache {
namespace fs = std::filesystem;

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code problem;
  for (fs::directory_iterator it(folder, problem), end; !problem && it != end;
       it.increment(problem))
    if (it->path().filename().native()[0] != '.') files.push_back(it->path());
  if (problem && problem != std::errc::no_such_file_or_directory)
    throw_io_error("read", folder, problem.value());
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<FoundFile> files_by_key(const fs::path& folder, const std::string& extension) {
  std::vector<FoundFile> found;
  for (const fs::path& sub : files_in(folder)) {
    std::error_code ignored;
    if (!fs::is_directory(sub, ignored)) {
      found.push_back({sub, ""});
      continue;
    }
    std::vector<fs::path> files;
    try {
      files = files_in(sub);
    } catch (const Unwritable&) {  // neither to be read nor to be written to
      found.push_back({sub, ""});
    }
    for (const fs::path& file : files) {
      const std::string key = file.stem().string();
      const bool fits = is_digest(key) && file.extension() == extension &&
                        sub.filename().string() == key.substr(0, 2);
      found.push_back({file, fits ? key : ""});
    }
  }
  return found;
}

}  // namespace pipeline::cache
