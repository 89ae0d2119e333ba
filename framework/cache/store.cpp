#include "cache/store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <set>

#include "cache/checkpoint.h"
#include "cache/files.h"
#include "cache/identity.h"
#include "cache/layout.h"
#include "cache/record_text.h"
#include "cache/stored_file.h"
#include "cache/time.h"

namespace pipeline::cache {
namespace fs = std::filesystem;
namespace {

void require_digest(const Digest& key) {
  if (!is_digest(key))
    throw Error(fmt::format("'{}' is no key; expected 64 lower-case hex digits", key));
}

constexpr const char* kFolders[] = {"objects", "records", "checkpoints", "locks",
                                    "runs",    "pins",    "files",       "tmp"};

// What a run that was killed while it made the cache may have left, or one beside us just makes.
bool is_ours_or_empty(const fs::path& root) {
  std::error_code problem;
  for (fs::directory_iterator it(root, problem), end; !problem && it != end; it.increment(problem))
    if (it->path().filename() != "format.json" &&
        std::find(std::begin(kFolders), std::end(kFolders), it->path().filename()) ==
            std::end(kFolders))
      return false;
  if (problem) throw_io_error("read", root, problem.value());
  return true;
}

void check_format(const Layout& layout, const std::string& text) {
  std::int64_t format = 0;
  try {
    format = Value::parse_json(text).at("pipeline_cache").as_int();
  } catch (const Error& error) {
    throw Error(
        fmt::format("'{}' does not say which format the cache has ({}); name another cache "
                    "folder, or remove this one",
                    layout.format().string(), error.what()));
  }
  if (format != kFormat)
    throw Error(
        fmt::format("the cache '{}' has format {}, expected {}; name another cache folder, "
                    "or remove this one",
                    layout.root.string(), format, kFormat));
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

void open_root(const Layout& layout, Store::Access access) {
  if (access == Store::Access::read && is_missing(layout.root)) return;
  make_folders(layout.root);
  if (const auto text = read_text(layout.format())) return check_format(layout, *text);
  if (!is_ours_or_empty(layout.root))
    throw Error(
        fmt::format("'{}' is no cache: it has other files and no format.json; name an empty "
                    "or a new folder",
                    layout.root.string()));
  if (access == Store::Access::read) return;
  const Value format = Value::Map{{"pipeline_cache", kFormat}};
  write_atomically(layout.format(), format.to_json() + "\n", layout.tmp());
}

void mark_used(const Layout& layout, const Digest& key) {
  utimensat(AT_FDCWD, layout.record(key).c_str(), nullptr, 0);
}

}  // namespace

struct Store::Impl {
  explicit Impl(fs::path root) : layout{std::move(root)}, locks(layout.locks(), layout.tmp()) {}

  Layout layout;
  LockFolder locks;
  bool check_files = false;
  std::mutex mutex;
  std::set<fs::path> files_read;  ///< since check_files() was called

  // Record goes first: at no moment is there one whose file is another's, or not there.
  void forget(const Digest& key) {
    if (remove_file(layout.record(key))) sync_folder(layout.record(key).parent_path());
  }
};

Store::Store(fs::path root, Access access) : impl_(std::make_unique<Impl>(std::move(root))) {
  if (impl_->layout.root.empty())
    throw Error("the cache folder's name is empty; name a folder with --cache");
  open_root(impl_->layout, access);
  if (access == Access::read) return;
  require_one_file_system(impl_->layout);
  remove_abandoned(impl_->layout.tmp());
}
Store::~Store() = default;

const fs::path& Store::root() const { return impl_->layout.root; }
fs::path Store::file_of(const Digest& key) const { return impl_->layout.object(key); }

std::optional<Record> Store::find(const Digest& key, Detail detail) const {
  if (!is_digest(key)) return std::nullopt;
  const auto text = read_text(impl_->layout.record_name(key));
  if (!text) return std::nullopt;
  try {
    const std::string_view content = unsealed(*text);
    Record record = record_from(Value::parse_json(
        detail == Detail::all ? content : std::string_view(without_entry(content, "parts"))));
    if (record.key == key) return record;
  } catch (const Error&) {
    // A damaged record is none: the action runs again and writes a new one.
  }
  return std::nullopt;
}

bool Store::has_file(const Record& record) const {
  struct stat status {};
  return stat(file_of(record.key).c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         std::uint64_t(status.st_size) == record.file_bytes;
}

void Store::require_sound(const Record& record) const {
  const FileContents contents{record.outputs, record.file_bytes, record.structure_checksum};
  const fs::path path = file_of(record.key);
  OutputFile(path, MappedFile::open(path), contents);
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
  Artifact artifact = OutputFile(path, MappedFile::open(path), contents).load(port, pending);
  mark_used(impl_->layout, record.key);
  return artifact;
}

Record Store::save(Record record, const std::map<std::string, Artifact>& outputs) {
  require_digest(record.key);
  const Layout& layout = impl_->layout;
  TempFile file(layout.tmp());
  FileContents contents = write_outputs(file,
                                        {{"pipeline", record.pipeline},
                                         {"stage", record.stage},
                                         {"component", record.component},
                                         {"key", record.key},
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

  const ShortLock commit(layout.commit_lock());
  impl_->forget(record.key);
  file.publish(layout.object(record.key));
  sync_folder(layout.object(record.key).parent_path());
  record_file.publish(layout.record(record.key));
  sync_folder(layout.record(record.key).parent_path());
  return record;
}

void Store::remove(const Digest& key) {
  require_digest(key);
  const ShortLock commit(impl_->layout.commit_lock());
  impl_->forget(key);
  remove_file(impl_->layout.object(key));
}

std::unique_ptr<Lock> Store::lock(const Digest& key, const std::function<bool()>& cancelled,
                                  const std::function<void(const std::string&)>& waiting) {
  require_digest(key);
  return impl_->locks.acquire(key, cancelled, waiting);
}

std::unique_ptr<Lock> Store::try_lock(const Digest& key) {
  require_digest(key);
  return impl_->locks.try_acquire(key);
}

bool Store::is_locked(const Digest& key) const { return impl_->locks.is_held(key); }

void Store::save_checkpoint(const Digest& key, const Artifact& state) {
  require_digest(key);
  cache::save_checkpoint(impl_->layout, key, state);
}
std::optional<Artifact> Store::load_checkpoint(const Digest& key) const {
  require_digest(key);
  try {
    return cache::load_checkpoint(impl_->layout, key);
  } catch (const Damaged&) {
    return std::nullopt;
  }
}
void Store::drop_checkpoint(const Digest& key) {
  require_digest(key);
  remove_file(impl_->layout.checkpoint(key));
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
