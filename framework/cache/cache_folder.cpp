#include "cache/cache_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

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

bool is_plain(const CacheFolder& folder, const std::string& name, bool own) {
  struct stat status {};
  return folder && fstatat(folder.fd(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISREG(status.st_mode) && (!own || status.st_uid == geteuid());
}

}  // namespace

bool CacheFolder::remove(const std::string& name) const {
  if (!is_plain(*this, name, false)) return false;
  if (unlinkat(fd_.get(), name.c_str(), 0) == 0) return true;
  if (errno != ENOENT) throw_io_error("remove", path_ / name, errno);
  return false;
}

bool CacheFolder::remove_own(const std::string& name) const {
  return is_plain(*this, name, true) && remove(name);
}

}  // namespace pipeline::cache
