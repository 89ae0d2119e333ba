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
  for (const fs::path& step : below)
    if (fd_)
      fd_ = FileDescriptor(
          openat(fd_.get(), step.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

namespace {

/// The kind and owner of what has the name; kind 0 where nothing has.
std::pair<mode_t, uid_t> look_at(const CacheFolder& folder, const std::string& name) {
  struct stat status {};
  if (!folder || fstatat(folder.fd(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return {};
  return {status.st_mode & S_IFMT, status.st_uid};
}

}  // namespace

bool CacheFolder::remove(const std::string& name) const {
  const mode_t kind = look_at(*this, name).first;
  if (kind == 0 || kind == S_IFLNK) return false;
  if (unlinkat(fd_.get(), name.c_str(), kind == S_IFDIR ? AT_REMOVEDIR : 0) == 0) return true;
  if (errno != ENOENT && errno != ENOTEMPTY && errno != EEXIST)
    throw_io_error("remove", path_ / name, errno);
  return false;
}

bool CacheFolder::remove_own(const std::string& name) const {
  const auto [kind, owner] = look_at(*this, name);
  return kind == S_IFREG && owner == geteuid() && remove(name);
}

}  // namespace pipeline::cache
