#include "cache/cache_root.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "cache/files.h"
#include "cache/places.h"
#include "cache/record_text.h"
#include "pipeline/value.h"

namespace pipeline::cache {
namespace fs = std::filesystem;
namespace {

constexpr std::array kFolders = {"objects", "records", "checkpoints", "states", "families",
                                 "locks",   "runs",    "pins",        "files",  "tmp"};

bool is_ours(const std::string& name) {
  return name == "format.json" || name.find(kAside) != name.npos ||
         std::find(kFolders.begin(), kFolders.end(), name) != kFolders.end();
}

// What a run that was killed while it made the cache may have left, or one beside us just makes.
bool is_ours_or_empty(const fs::path& root) {
  std::error_code problem;
  for (fs::directory_iterator it(root, problem), end; !problem && it != end; it.increment(problem))
    if (!is_ours(it->path().filename().string())) return false;
  if (problem) throw_read_error(root, problem.value());
  return true;
}

bool is_evidently_cache(const Layout& layout) {
  std::error_code ignored;
  return is_ours_or_empty(layout.root) &&
         (fs::is_directory(layout.records(), ignored) || fs::is_directory(layout.tmp(), ignored));
}

std::string format_line() { return Value(Value::Map{{"pipeline_cache", kFormat}}).to_json(); }

// Sealed, so that a flipped bit is told from another format. What older programs wrote is not.
void write_format(const Layout& layout) {
  clear_place(layout.format());
  write_atomically(layout.format(), seal(Value::parse_json(format_line())), layout.tmp());
}

std::int64_t format_in(const std::string& text) {
  const bool sealed = text.find("\"content\"") != text.npos;
  return (sealed ? unseal(text) : Value::parse_json(text)).at("pipeline_cache").as_int();
}

/// What is wrong with format.json; none where it is as it should be. Error where it tells of
/// another format.
std::optional<std::string> problem_of(const std::string& text, const Layout& layout) {
  std::int64_t format = 0;
  try {
    format = format_in(text);
  } catch (const Error& error) {
    return fmt::format("'{}' does not say which format the cache has: {}", layout.format().string(),
                       error.what());
  }
  if (format != kFormat)
    throw Error(
        fmt::format("the cache '{}' has format {}, expected {}; name another cache folder, or "
                    "use the version of pipeline that made this one",
                    layout.root.string(), format, kFormat));
  return std::nullopt;
}

/// As above; none, too, where there is no such file and the folder may become a cache, or has.
std::optional<std::string> check_format(const Layout& layout, Store::Access access) {
  try {
    if (const auto text = read_text(layout.format())) return problem_of(*text, layout);
  } catch (const Unreadable& unreadable) {
    return unreadable.problem();
  }
  if (!is_ours_or_empty(layout.root))
    throw Error(
        fmt::format("'{}' is no cache: it has other files and no format.json; name an empty "
                    "or a new folder",
                    layout.root.string()));
  if (access == Store::Access::read) return std::nullopt;
  for (const char* folder : kFolders) require_folder(layout, layout.root / folder);
  write_format(layout);
  return std::nullopt;
}

// A link is somebody's choice, also where the disk behind it is away for a while.
bool is_in_the_way(const fs::path& folder) {
  struct stat status {};
  return lstat(folder.c_str(), &status) == 0 && !S_ISDIR(status.st_mode) &&
         !S_ISLNK(status.st_mode);
}

// Files are made in tmp/ and moved to their places. That this cannot be is known before hours of
// work are to be stored.
void require_one_file_system(const Layout& layout) {
  struct stat from {
  }, to{};
  const bool has_tmp = stat(layout.tmp().c_str(), &from) == 0;
  if (!has_tmp && stat(layout.root.c_str(), &from) != 0) return;
  for (const char* folder : kFolders)
    if (stat((layout.root / folder).c_str(), &to) == 0 && to.st_dev != from.st_dev)
      throw Error(fmt::format(
          "'{}' lies on another file system than '{}', from where files cannot be "
          "moved to it; move the whole cache there, and name its folder with --cache",
          (layout.root / folder).string(), (has_tmp ? layout.tmp() : layout.root).string()));
}

bool is_missing(const fs::path& folder) {
  struct stat status {};
  return stat(folder.c_str(), &status) != 0 && errno == ENOENT;
}

}  // namespace

std::vector<std::string> open_root(const Layout& layout, Store::Access access) {
  const bool reads = access == Store::Access::read;
  if (reads && is_missing(layout.root)) return {};
  make_folders(layout.root);
  std::vector<std::string> repairs;
  const auto mend = [&](const std::string& problem, const char* how, auto call) {
    if (reads) return repairs.push_back(problem + "; the next run mends it");
    try {
      call();
      repairs.push_back(problem + how);
    } catch (const Unwritable&) {
      // It serves for reading.
    }
  };
  const auto problem = check_format(layout, access);
  if (problem && !is_evidently_cache(layout))
    throw Error(
        fmt::format("{}, and the folder has other things than a cache; name another, or, if it "
                    "is a cache, write the line {} to that file",
                    *problem, format_line()));
  for (const char* name : kFolders)
    if (const fs::path folder = layout.root / name; is_in_the_way(folder))
      mend(fmt::format("expected a folder at '{}', found something else", folder.string()),
           "; it has been moved aside", [&] { move_aside(folder); });
  if (problem) mend(*problem, "; it has been written anew", [&] { write_format(layout); });
  if (!reads) require_one_file_system(layout);
  return repairs;
}

}  // namespace pipeline::cache
