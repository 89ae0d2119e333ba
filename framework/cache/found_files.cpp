#include "cache/found_files.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>

#include "cache/files.h"

namespace pipeline::cache {
namespace fs = std::filesystem;

std::vector<std::string> names_in(const fs::path& folder) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(folder.c_str()), closedir);
  if (!directory && errno == ENOENT) return {};
  if (!directory) throw_read_error(folder, errno);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = readdir(directory.get()))
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  if (errno != 0) throw_read_error(folder, errno);
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<fs::path> files_in(const fs::path& folder) {
  const std::vector<std::string> names = names_in(folder);
  std::vector<fs::path> files;
  files.reserve(names.size());
  for (const std::string& name : names) files.push_back(folder / name);
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
    } catch (const Unreadable&) {  // it costs no more than what it has
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

std::optional<std::uint64_t> bytes_of(const fs::path& file) {
  struct stat status {};
  if (lstat(file.c_str(), &status) != 0) return std::nullopt;
  return S_ISREG(status.st_mode) ? std::uint64_t(status.st_size) : 0;
}

bool is_link(const fs::path& path) {
  std::error_code ignored;
  return fs::is_symlink(path, ignored);
}

}  // namespace pipeline::cache
