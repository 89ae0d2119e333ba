#include "pipeline/paths.h"

namespace pipeline {
namespace fs = std::filesystem;

fs::path tidied(const fs::path& path) {
  fs::path result = path.root_path();
  for (const fs::path& step : path.relative_path()) {
    if (step == "." || step.empty()) continue;
    std::error_code problem;
    const fs::path last = result.filename();
    const bool folder_before =
        step == ".." && !last.empty() && last != ".." &&
        fs::symlink_status(result, problem).type() == fs::file_type::directory;
    if (folder_before) result = result.parent_path();
    else if (step != ".." || result != path.root_path() || !path.has_root_directory())
      result /= step;
  }
  return result.empty() ? "." : result;
}

fs::path absolute_path(const fs::path& path) {
  std::error_code problem;
  const fs::path absolute = fs::absolute(path, problem);
  return tidied(problem ? path : absolute);
}

}  // namespace pipeline
