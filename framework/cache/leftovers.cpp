#include "cache/leftovers.h"

#include <sys/stat.h>
#include <unistd.h>

#include "cache/cache_folder.h"
#include "cache/families.h"
#include "cache/files.h"
#include "cache/found_files.h"
#include "cache/layout.h"
#include "cache/short_lock.h"

namespace pipeline::cache {
namespace fs = std::filesystem;
namespace {

bool is_no_file(const fs::path& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode);
}

/// Which gc leaves, whatever name it has: a folder that holds something.
bool is_filled_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored) && !fs::is_empty(path, ignored);
}

bool is_others(const fs::path& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0 && status.st_uid != geteuid();
}

bool has_no_record(const Store& store, const Digest& key) {
  const fs::path record = Layout{store.root()}.record(key);
  if (is_no_file(record)) return !store.is_locked(key);
  try {
    read_text(record);  // one that cannot even be read may be sound
    return !store.is_locked(key) && !store.find(key);
  } catch (const Error&) {
    return false;
  }
}

void add_files_without_record(const Store& store, std::vector<fs::path>& files) {
  const Layout layout{store.root()};
  for (const FoundFile& file : member_files(layout))
    if (!file.key.empty() && has_no_record(store, file.key)) files.push_back(file.path);
  for (const auto& [folder, extension] :
       {std::pair{layout.records(), ".json"}, std::pair{layout.objects(), kExtension}})
    for (const FoundFile& file : files_by_key(folder, extension))
      if (!file.key.empty() && has_no_record(store, file.key)) files.push_back(file.path);
}

// Of a run that nothing is kept for, such a record is of no more use.
bool is_damaged_record(const FoundRun& run) {
  try {
    if (run.has_record) read_run(run);
    return false;
  } catch (const Unreadable&) {
    return false;  // it may be sound
  } catch (const Error&) {
    return true;
  }
}

void add_past_runs(const Store& store, int keep_runs, std::vector<fs::path>& files) {
  for (const fs::path& folder : run_folders(store))
    for (const FoundRun& run : count_runs(store, folder, keep_runs).past) {
      if (run.has_keys && !is_others(run.keys())) files.push_back(run.keys());
      if (is_damaged_record(run) && !is_others(run.record())) files.push_back(run.record());
    }
}

bool is_member(const Layout& layout, const fs::path& file) {
  return file.parent_path().parent_path().parent_path() == layout.families();
}

/// "<value>_<key>", and the family's folder with its last one.
Removal remove_member(const Store& store, const fs::path& file) {
  const Layout layout{store.root()};
  const std::string name = file.filename(), key = name.substr(name.find('_') + 1);
  const fs::path family = file.parent_path().lexically_relative(layout.families());
  // Members are made under this lock.
  const ShortLock commit(layout.commit_lock());
  if (!has_no_record(store, key)) return Removal::needed;
  const bool done = CacheFolder(layout.families(), family).remove(name);
  CacheFolder(layout.families(), family.parent_path()).remove(family.filename());
  return removal(done);
}

bool is_dead_lock(const Store& store, const fs::path& file) {
  const std::string name = file.filename();
  return is_digest(name) && !store.is_locked(name);
}

}  // namespace

bool is_state(const Store& store, const fs::path& file) {
  const Layout layout{store.root()};
  return file.parent_path() == layout.checkpoints() ||
         file.parent_path().parent_path() == layout.states();
}

bool is_stale_state(const Store& store, const Roots& roots, const fs::path& file) {
  const std::string key = file.stem();
  if (!is_digest(key) || file.extension() != kExtension || store.is_locked(key)) return false;
  const auto has_result = [&] {
    const auto record = store.find(key);
    return record && store.has_file(*record);
  };
  const bool is_checkpoint = file.parent_path() == Layout{store.root()}.checkpoints();
  if (is_checkpoint) return !roots.reach(key) || has_result();
  return !roots.reach(key) && !has_result();
}

std::vector<fs::path> leftovers(const Store& store, const Roots& roots, int keep_runs) {
  const Layout layout{store.root()};
  std::vector<fs::path> files;
  for (const fs::path& file : files_in(layout.tmp()))
    if (hold_abandoned(file)) files.push_back(file);
  add_files_without_record(store, files);
  for (const fs::path& file : files_in(layout.checkpoints()))
    if (is_stale_state(store, roots, file)) files.push_back(file);
  for (const FoundFile& file : files_by_key(layout.states(), kExtension))
    if (is_stale_state(store, roots, file.path)) files.push_back(file.path);
  for (const fs::path& file : files_in(layout.locks()))
    if (is_dead_lock(store, file)) files.push_back(file);
  add_past_runs(store, keep_runs, files);
  std::erase_if(files,
                [](const fs::path& file) { return is_link(file) || is_filled_folder(file); });
  return files;
}

Removal remove_leftover(Store& store, const fs::path& file) {
  const Layout layout{store.root()};
  const fs::path below = file.parent_path().lexically_relative(layout.root);
  if (file.parent_path() == layout.tmp()) {
    const FileDescriptor held = hold_abandoned(file);
    if (!held) return Removal::needed;
    return removal(CacheFolder(layout.root, below).remove_own(file.filename()));
  }
  if (const auto run = run_of_file(file)) {
    if (run->has_keys ? store.is_locked(run->id) : !is_damaged_record(*run)) return Removal::needed;
    return removal(CacheFolder(layout.root, below).remove_own(file.filename()));
  }
  if (is_member(layout, file)) return remove_member(store, file);
  const CacheFolder folder(file.parent_path().parent_path(), file.parent_path().filename());
  // Results are stored, and dead owners' locks taken over, under this lock.
  const ShortLock commit(layout.commit_lock());
  const bool may_go = file.parent_path() == layout.locks() ? is_dead_lock(store, file)
                                                           : has_no_record(store, file.stem());
  return may_go ? removal(folder.remove(file.filename())) : Removal::needed;
}

}  // namespace pipeline::cache
