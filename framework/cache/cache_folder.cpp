#include "cache/cache_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace pipeline::cache {
namespace fs = std::filesystem;

CacheFolder::CacheFolder(const fs::path& top, const fs::path& below)
    : path_(top / below), fd_(open_file(top, O_RDONLY | O_DIRECTORY)) {
  problem_ = fd_ ? 0 : errno;
  for (const fs::path& step : below) {
    if (!fd_) break;
    constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    const int next = openat(fd_.get(), step.c_str(), kFlags);
    problem_ = next < 0 ? errno : 0;
    fd_ = FileDescriptor(next);
  }
}

std::pair<mode_t, uid_t> CacheFolder::look_at(const std::string& name) const {
  struct stat status {};
  const bool found = fd_ && fstatat(fd_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
  if (found) return {status.st_mode & S_IFMT, status.st_uid};
  const int problem = fd_ ? errno : problem_;
  // A link in the folder's place gives ENOTDIR or ELOOP.
  if (problem != ENOENT && problem != ENOTDIR && problem != ELOOP)
    throw_remove_error(path_ / name, problem);
  return {};
}

bool CacheFolder::remove(const std::string& name) const {
  const mode_t kind = look_at(name).first;
  if (kind == 0 || kind == S_IFLNK) return false;
  if (unlinkat(fd_.get(), name.c_str(), kind == S_IFDIR ? AT_REMOVEDIR : 0) == 0) return true;
  if (errno != ENOENT && errno != ENOTEMPTY && errno != EEXIST)
    throw_remove_error(path_ / name, errno);
  return false;
}

bool CacheFolder::remove_own(const std::string& name) const {
  const auto [kind, owner] = look_at(name);
  return kind == S_IFREG && owner == geteuid() && remove(name);
}

}  // namespace pipeline::cache
