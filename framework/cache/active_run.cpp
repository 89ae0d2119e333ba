#include "cache/active_run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <shared_mutex>

#include "cache/cache_folder.h"
#include "cache/files.h"
#include "cache/identity.h"
#include "cache/layout.h"
#include "cache/time.h"

namespace pipeline::cache {
namespace fs = std::filesystem;
namespace {

std::string line_of(const Digest& key) { return is_digest(key) ? key + '\n' : ""; }

// There, what is written reaches other machines when it is synced.
bool is_on_network(const fs::path& folder) {
  constexpr std::int64_t kSmb2 = 0xfe534d42, kCifs = 0xff534d42;
  struct statfs status {};
  if (statfs(folder.c_str(), &status) != 0) return false;
  const auto type = std::int64_t(std::uint32_t(status.f_type));
  return type == NFS_SUPER_MAGIC || type == kSmb2 || type == kCifs;
}

}  // namespace

ActiveRun::ActiveRun(Store& store, RunRecord record, std::function<bool()> cancelled)
    : store_(store),
      cancelled_(std::move(cancelled)),
      // A run that finds everything in a cache that it may only read is a good one without a root.
      is_writable_(faccessat(AT_FDCWD, store.root().c_str(), W_OK, AT_EACCESS) == 0),
      record_(std::move(record)) {
  if (record_.started.empty()) record_.started = utc_now();
  for (const auto& [stage, key] : record_.keys) unwritten_ += line_of(key);
  if (is_writable_) announce();
}

void ActiveRun::announce() {
  try {
    const fs::path folder = run_folder(store_, record_.pipeline);
    make_folders(folder);
    roots_ = std::make_unique<RootsLock>(Layout{store_.root()}, cancelled_);
    record_.number = files_.number = next_number(store_);
    files_.id = digest_of(unique_name());
    files_.stem = folder / fmt::format("{:012}_{}", files_.number, files_.id);
    auto life = store_.lock(files_.id, {});
    const int through = is_on_network(folder) ? O_DSYNC : 0;
    keys_ = open_file(files_.keys(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | through);
    if (!keys_) throw_io_error("write", files_.keys(), errno);
    life_ = std::move(life);
    // Room for the keys of most runs, in case the disk gets full before they are reached.
    constexpr off_t kRoom = 64 * 1024;
    fallocate(keys_.get(), FALLOC_FL_KEEP_SIZE, 0, kRoom);
    write_reached();
  } catch (const Error& error) {
    problem_ = error.what();
  } catch (const Cancelled&) {
    problem_ = "the run was interrupted before it could be announced in the cache";
  }
}

ActiveRun::~ActiveRun() {
  if (!life_ || !all_saved_) return;
  try {
    // Where gc looks, it finds this file or a record that says the same.
    const std::shared_lock guard(*roots_);
    unlink(files_.keys().c_str());
  } catch (const std::exception&) {
    // It stays, as that of a run which was killed does.
  }
}

void ActiveRun::reach(const Digest& key) {
  const std::lock_guard guard(mutex_);
  if (!is_writable_) return;
  record_.begun.insert(key);
  all_saved_ = false;
  unwritten_ += line_of(key);
  if (life_) write_reached();
}

void ActiveRun::write_reached() {
  if (unwritten_.empty()) return;
  const std::shared_lock guard(*roots_);
  while (!unwritten_.empty()) {
    const ssize_t written = write(keys_.get(), unwritten_.data(), unwritten_.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // the next call tries again
    unwritten_.erase(0, std::size_t(written));
  }
}

void ActiveRun::finished(const std::string& stage, const Digest& key) {
  const std::lock_guard guard(mutex_);
  record_.keys[stage] = key;
  record_.begun.erase(key);
  all_saved_ = false;
  unmarked_.push_back(key);
}

void ActiveRun::save() {
  const std::lock_guard guard(mutex_);
  if (!is_writable_) return;
  if (!life_) announce();
  if (!life_) throw Error(problem_);
  const Layout layout{store_.root()};
  write_atomically(files_.record(), text_of(record_), layout.tmp());
  all_saved_ = true;
  for (const Digest& key : unmarked_) utimensat(AT_FDCWD, layout.record(key).c_str(), nullptr, 0);
  unmarked_.clear();
  forget_oldest();
}

void ActiveRun::forget_oldest() {
  const CacheFolder folder(store_.root(), fs::path("runs") / file_name_for(record_.pipeline));
  std::size_t kept = 0;
  for (const FoundRun& run : runs_in(files_.stem.parent_path())) {
    if (++kept <= kKeptRuns || (run.has_keys && store_.is_locked(run.id))) continue;
    if (run.has_record) folder.remove_own(run.record().filename());
    if (run.has_keys) folder.remove_own(run.keys().filename());
  }
}

}  // namespace pipeline::cache
