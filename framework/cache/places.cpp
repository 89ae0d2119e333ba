#include "cache/places.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "cache/files.h"

namespace pipeline::cache {
namespace fs = std::filesystem;
namespace {

enum class Kind { nothing, folder, other };

Kind kind_of(const fs::path& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return Kind::nothing;
  return S_ISDIR(status.st_mode) ? Kind::folder : Kind::other;
}

bool leads_to_folder(const fs::path& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// Who shares the folder above shares this one, whatever the umask.
void make_folder(const fs::path& folder) {
  if (mkdir(folder.c_str(), 0777) != 0) {
    if (errno != EEXIST) throw_io_error("make the folder", folder, errno);
    return;
  }
  struct stat above {
  }, made{};
  if (stat(folder.parent_path().c_str(), &above) == 0 && stat(folder.c_str(), &made) == 0)
    chmod(folder.c_str(), (made.st_mode & 07777) | (above.st_mode & 0077));
  sync_folder(folder.parent_path());
}

}  // namespace

void move_aside(const fs::path& path) {
  for (int number = 1;; ++number) {
    const fs::path aside = fmt::format("{}{}{}", path.string(), kAside, number);
    if (kind_of(aside) != Kind::nothing) continue;
    if (rename(path.c_str(), aside.c_str()) != 0 && errno != ENOENT)
      throw_io_error("move aside", path, errno);
    return;
  }
}

void clear_place(const fs::path& path) {
  if (kind_of(path) == Kind::folder && rmdir(path.c_str()) != 0) move_aside(path);
}

void require_folder(const Layout& layout, const fs::path& wanted) {
  if (leads_to_folder(wanted)) return;
  std::vector<fs::path> folders;
  for (fs::path at = wanted; at != layout.root && at.has_relative_path(); at = at.parent_path())
    folders.insert(folders.begin(), at);
  for (const fs::path& folder : folders) {
    if (leads_to_folder(folder)) continue;
    if (fs::is_symlink(folder) && folder.parent_path() == layout.root)
      throw Error(fmt::format("'{}' is a link to '{}', which is no folder; mount what it leads to",
                              folder.string(), fs::read_symlink(folder).string()));
    // A folder by now, where another process made it just now.
    if (kind_of(folder) == Kind::other) move_aside(folder);
    make_folder(folder);
  }
}

void make_way(const Layout& layout, const fs::path& path) {
  require_folder(layout, path.parent_path());
  clear_place(path);
}

bool remove_entry(const fs::path& path) {
  if (unlink(path.c_str()) == 0) return true;
  const bool may_be_folder = errno == EISDIR || errno == EPERM;  // Linux says one, POSIX the other
  if (!may_be_folder || kind_of(path) != Kind::folder) return remove_file(path);
  clear_place(path);
  return true;
}

}  // namespace pipeline::cache
