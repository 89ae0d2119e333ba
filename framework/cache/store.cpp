#include "cache/store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <set>

#include "cache/cache_root.h"
#include "cache/checkpoint.h"
#include "cache/files.h"
#include "cache/identity.h"
#include "cache/layout.h"
#include "cache/places.h"
#include "cache/record_text.h"
#include "cache/short_lock.h"
#include "cache/stored_file.h"
#include "cache/time.h"

namespace pipeline::cache {
namespace fs = std::filesystem;
namespace {

void require_digest(const Digest& key) {
  if (!is_digest(key))
    throw Error(fmt::format("'{}' is no key; expected 64 lower-case hex digits", key));
}

void mark_used(const Layout& layout, const Digest& key) {
  utimensat(AT_FDCWD, layout.record(key).c_str(), nullptr, 0);
}

Record parse_record(const fs::path& path, const std::string& text, const Digest& key,
                    bool with_parts) {
  try {
    const std::string_view content = unsealed(text);
    Record record = record_from(Value::parse_json(
        with_parts ? content : std::string_view(without_entry(content, "parts"))));
    if (record.key != key) throw Error(fmt::format("it is the record of {}", record.key));
    return record;
  } catch (const Error& error) {
    throw Damaged(fmt::format("'{}': {}", path.string(), error.what()));
  }
}

/// None where there is none; throws Damaged, saying what is wrong.
std::optional<Record> read_record(const Layout& layout, const Digest& key, bool with_parts) {
  try {
    const auto text = read_text(layout.record_name(key));
    if (!text) return std::nullopt;
    return parse_record(layout.record(key), *text, key, with_parts);
  } catch (const Unreadable& unreadable) {
    throw Damaged(unreadable.problem());
  }
}

std::optional<Artifact> load_state(const fs::path& file, const Digest& key,
                                   const std::function<void(const std::string&)>& damaged) {
  require_digest(key);
  try {
    return load_checkpoint(file, key);
  } catch (const Damaged& damage) {
    if (damaged) damaged(damage.what());
    return std::nullopt;
  }
}

// The nearest folder that is there has to take what the ones below it will hold.
void require_writable_folder(fs::path folder) {
  while (access(folder.c_str(), F_OK) != 0 && folder.has_relative_path())
    folder = folder.parent_path();
  if (faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0)
    throw_io_error("write to", folder, errno);
}

// (Without a folder in its place, a file makes way.)
void require_writable(const Layout& layout, const Digest& key) {
  for (const fs::path& file :
       {layout.object(key), layout.record(key), layout.checkpoint(key), layout.state(key)})
    require_writable_folder(file.parent_path());
  ShortLock::try_lock(layout.commit_lock());  // who may not lock it hears it now
}

}  // namespace

struct Store::Impl {
  explicit Impl(const fs::path& root)
      : layout{root.has_filename() ? root : root.parent_path()}, locks(layout) {}

  Layout layout;
  LockFolder locks;
  bool check_files = false;
  std::mutex mutex;
  std::set<fs::path> files_read;   ///< since check_files() was called
  std::set<std::string> writable;  ///< beginnings of keys whose folders have been looked at
  std::vector<std::string> repairs;

  // Record goes first: at no moment is there one whose file is another's, or not there.
  void forget(const Digest& key) {
    if (remove_entry(layout.record(key))) sync_folder(layout.record(key).parent_path());
  }

  /// Known before hours of computing, not after; once for all keys that share their folders.
  void require_writable_once(const Digest& key) {
    const std::string beginning = key.substr(0, 2);
    const std::lock_guard guard(mutex);
    if (writable.count(beginning)) return;
    require_writable(layout, key);
    writable.insert(beginning);
  }

  /// Until what is returned goes, nobody else changes anything, nor takes over the lock.
  ShortLock begin_change(const Lock& lock, const Cancel& cancelled) {
    ShortLock commit(layout.commit_lock(), cancelled);
    lock.require_held();
    return commit;
  }

  std::unique_ptr<Lock> lock_at_once(const Digest& key) {
    if (auto lock = locks.try_acquire(key)) return lock;
    throw Error(fmt::format("somebody else computes {} at the moment; try again later", key));
  }
};

Store::Store(fs::path root, Access access) : impl_(std::make_unique<Impl>(root)) {
  if (impl_->layout.root.empty())
    throw Error("the cache folder's name is empty; name a folder with --cache");
  impl_->repairs = open_root(impl_->layout, access);
  if (access == Access::read) return;
  remove_abandoned(impl_->layout.tmp());
}
Store::~Store() = default;

const fs::path& Store::root() const { return impl_->layout.root; }
const std::vector<std::string>& Store::repairs() const { return impl_->repairs; }
fs::path Store::file_of(const Digest& key) const { return impl_->layout.object(key); }

std::optional<Record> Store::find(const Digest& key, Detail detail) const {
  if (!is_digest(key)) return std::nullopt;
  try {
    return read_record(impl_->layout, key, detail == Detail::all);
  } catch (const Damaged&) {
    return std::nullopt;  // as good as none: the action runs again and writes a new one
  }
}

std::optional<std::string> Store::damage_of(const Digest& key) const {
  require_digest(key);
  try {
    const auto record = read_record(impl_->layout, key, false);
    if (record && map_stored(file_of(key))) require_sound(*record);
    return std::nullopt;
  } catch (const Damaged& damaged) {
    return damaged.what();
  }
}

bool Store::has_file(const Record& record) const {
  struct stat status {};
  return stat(file_of(record.key).c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         std::uint64_t(status.st_size) == record.file_bytes;
}

void Store::require_sound(const Record& record) const {
  const FileContents contents{record.outputs, record.file_bytes, record.structure_checksum};
  const fs::path path = file_of(record.key);
  OutputFile(path, map_stored(path), contents);
}

Artifact Store::load(const Record& record, const std::string& port) const {
  PendingChecks pending;
  Artifact artifact = load(record, port, pending);
  pending.wait();
  return artifact;
}

Artifact Store::load(const Record& record, const std::string& port, PendingChecks& pending) const {
  require_digest(record.key);
  const FileContents contents{record.outputs, record.file_bytes, record.structure_checksum};
  const fs::path path = file_of(record.key);
  Artifact artifact = OutputFile(path, map_stored(path), contents).load(port, pending);
  mark_used(impl_->layout, record.key);
  return artifact;
}

Record Store::save(Record record, const std::map<std::string, Artifact>& outputs, const Lock& lock,
                   const Cancel& cancelled) {
  const Digest& key = record.key;
  require_digest(key);
  if (lock.name() != key) throw Error(fmt::format("the lock of {} is not {}'s", lock.name(), key));
  const Layout& layout = impl_->layout;
  TempFile file(layout.tmp());
  FileContents contents = write_outputs(file,
                                        {{"pipeline", record.pipeline},
                                         {"stage", record.stage},
                                         {"component", record.component},
                                         {"key", key},
                                         {"format", kFormat}},
                                        outputs);
  record.outputs = std::move(contents.outputs);
  record.file_bytes = contents.file_bytes;
  record.structure_checksum = contents.structure_checksum;
  record.created = utc_now();
  record.host = host_name();
  TempFile record_file(layout.tmp());
  const std::string text = seal(to_value(record));
  record_file.write(0, text.data(), text.size());
  record_file.sync();

  std::optional<TempFile> member;
  if (record.extendable) member.emplace(layout.tmp());

  const ShortLock commit = impl_->begin_change(lock, cancelled);
  make_way(layout, layout.record(key));
  if (member) keep_end_state(layout, *record.extendable, key, *member);
  impl_->forget(key);
  make_way(layout, layout.object(key));
  file.publish(layout.object(key));
  sync_folder(layout.object(key).parent_path());
  record_file.publish(layout.record(key));
  sync_folder(layout.record(key).parent_path());
  remove_entry(layout.checkpoint(key));
  return record;
}

Record Store::save(Record record, const std::map<std::string, Artifact>& outputs) {
  require_digest(record.key);
  const auto lock = impl_->lock_at_once(record.key);
  return save(std::move(record), outputs, *lock);
}

void Store::remove(const Lock& lock, const Cancel& cancelled) {
  const ShortLock commit = impl_->begin_change(lock, cancelled);
  impl_->forget(lock.name());
  remove_entry(impl_->layout.object(lock.name()));
  remove_entry(impl_->layout.state(lock.name()));
}

void Store::drop_file(const Lock& lock, const Cancel& cancelled) {
  const ShortLock commit = impl_->begin_change(lock, cancelled);
  remove_entry(impl_->layout.object(lock.name()));
}

bool Store::remove(const Digest& key, const Cancel& cancelled) {
  const auto lock = try_lock(key);
  if (lock) remove(*lock, cancelled);
  return lock != nullptr;
}

bool Store::drop_file(const Digest& key, const Cancel& cancelled) {
  const auto lock = try_lock(key);
  if (lock) drop_file(*lock, cancelled);
  return lock != nullptr;
}

std::unique_ptr<Lock> Store::lock(const Digest& key, const Cancel& cancelled,
                                  const std::function<void(const std::string&)>& waiting) {
  require_digest(key);
  impl_->require_writable_once(key);
  return impl_->locks.acquire(key, cancelled, waiting);
}

std::unique_ptr<Lock> Store::try_lock(const Digest& key) {
  require_digest(key);
  return impl_->locks.try_acquire(key);
}

bool Store::is_locked(const Digest& key) const { return impl_->locks.is_held(key); }

void Store::save_checkpoint(const Artifact& state, const Lock& lock, const Cancel& cancelled) {
  const Layout& layout = impl_->layout;
  TempFile file(layout.tmp());
  write_checkpoint(file, lock.name(), state);
  {
    const ShortLock commit = impl_->begin_change(lock, cancelled);
    make_way(layout, layout.checkpoint(lock.name()));
    file.publish(layout.checkpoint(lock.name()));
  }
  sync_folder(layout.checkpoints());
}

void Store::save_checkpoint(const Digest& key, const Artifact& state) {
  require_digest(key);
  save_checkpoint(state, *impl_->lock_at_once(key));
}

void Store::drop_checkpoint(const Lock& lock, const Cancel& cancelled) {
  const ShortLock commit = impl_->begin_change(lock, cancelled);
  remove_entry(impl_->layout.checkpoint(lock.name()));
}

void Store::drop_checkpoint(const Digest& key) {
  require_digest(key);
  drop_checkpoint(*impl_->lock_at_once(key));
}

std::optional<Artifact> Store::load_checkpoint(
    const Digest& key, const std::function<void(const std::string&)>& damaged) const {
  return load_state(impl_->layout.checkpoint(key), key, damaged);
}

std::vector<Member> Store::members_below(const Extendable& of) const {
  return cache::members_below(impl_->layout, of);
}

std::optional<Artifact> Store::load_end_state(
    const Digest& key, const std::function<void(const std::string&)>& damaged) const {
  return load_state(impl_->layout.state(key), key, damaged);
}

std::uint64_t Store::end_state_bytes(const Digest& key) const {
  return size_of_file(impl_->layout.state(key)).value_or(0);
}

bool Store::has_checkpoint(const Digest& key) const {
  return size_of_file(impl_->layout.checkpoint(key)).has_value();
}

void Store::check_files() { impl_->check_files = true; }

bool Store::must_read(const fs::path& file) const {
  const std::lock_guard guard(impl_->mutex);
  return impl_->check_files && !impl_->files_read.count(file);
}

void Store::note_read(const fs::path& file) const {
  const std::lock_guard guard(impl_->mutex);
  if (impl_->check_files) impl_->files_read.insert(file);
}

}  // namespace pipeline::cache
