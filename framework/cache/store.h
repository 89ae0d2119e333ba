#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cache/digest.h"
#include "cache/families.h"
#include "cache/locks.h"
#include "cache/pending_checks.h"
#include "cache/record.h"
#include "pipeline/artifact.h"

// What actions have computed, on disk: one HDF5 file and one record an action, found by key.

namespace pipeline::cache {

/// A cache folder. Many threads, processes and machines may use it at once.
///
/// An action's outputs are one HDF5 file, objects/<first two digits of the key>/<key>.h5. An
/// artifact of type "array" is the dataset /<port>, any other the group /<port> with a dataset for
/// each of its arrays' paths. Text is a scalar UTF-8 string. The attributes of an artifact, and its
/// type as `artifact_type`, are attributes of the dataset or group: text, integers, reals and bools
/// as they are (h5py gives str, int64, float64 and bool_), lists and maps as JSON. The file's own
/// attributes say where it came from: pipeline, stage, component, key. Datasets are contiguous and
/// start at multiples of 64 bytes, so that they are used where they lie in the mapped file.
class Store {
 public:
  enum class Access { write, read };
  /// Makes the folder if need be; see cache_root.h. Error if it cannot be read, is something else,
  /// is of another format or spread over several file systems. A folder that cannot be written to
  /// serves for reading. With Access::read nothing is made or removed (but digests of
  /// files outside are remembered where there is a cache), and a folder that is not there is an
  /// empty cache.
  explicit Store(std::filesystem::path root, Access access = Access::write);
  ~Store();

  const std::filesystem::path& root() const;
  /// What was wrong with the folder and has been mended when it was opened: a line an item.
  const std::vector<std::string>& repairs() const;
  /// A plan asks for many records and hardly ever for `parts`, which are two thirds of one:
  /// `without_parts` leaves them null.
  enum class Detail { all, without_parts };
  /// None, too, where the record is damaged or cannot be read.
  std::optional<Record> find(const Digest& key, Detail detail = Detail::all) const;
  /// Why what stands in the places of the action's record and file cannot be used, such as a
  /// damaged record or a folder; none where nothing stands there, or nothing looks wrong.
  std::optional<std::string> damage_of(const Digest& key) const;
  /// The record's file is there, at its full length (its content is checked on load).
  bool has_file(const Record& record) const;
  /// Throws Damaged where the record's file is gone, has another size, or has other bytes outside
  /// of its arrays; theirs are not read.
  void require_sound(const Record& record) const;
  std::filesystem::path file_of(const Digest& key) const;

  /// The arrays are mapped from the file, not copied; their checksums, and that of the file's
  /// structure, are checked first. Throws Damaged.
  Artifact load(const Record& record, const std::string& port) const;
  /// As above, but returns while large arrays are still being checked: their first elements are
  /// there at once, however long reading the whole takes. Throws Damaged for all else. Whoever uses
  /// the bytes later asks `pending` again when that is done: they are read from the disk as they
  /// are used.
  Artifact load(const Record& record, const std::string& port, PendingChecks& pending) const;
  /// Waits while another process holds the key (that of a dead one is taken over); `cancelled` is
  /// asked now and then, and null is returned once it says so. `waiting` is told once who holds it.
  std::unique_ptr<Lock> lock(const Digest& key, const std::function<bool()>& cancelled,
                             const std::function<void(const std::string& holder)>& waiting = {});
  /// Null where somebody holds it.
  std::unique_ptr<Lock> try_lock(const Digest& key);
  /// Somebody who lives holds it. Changes nothing.
  bool is_locked(const Digest& key) const;

  // What follows changes an action, by the right of its lock; LockLost, with nothing changed, where
  // that went to another machine. For a few milliseconds all of a cache's changes wait for each
  // other; while they do, `cancelled` is asked, and Cancelled is thrown once it says so. What
  // stands in a file's place and is none makes way, see places.h.
  using Cancel = std::function<bool()>;

  /// Writes file and record, each to a temporary name, synced, renamed; fills in outputs,
  /// file_bytes, structure_checksum, created and host. Replaces what the key had, and drops its
  /// checkpoint, or, of a result that can be extended, keeps it as its end state. Error, with
  /// nothing changed, where an output cannot be stored (see names.h) or the disk is full; Damaged
  /// where one was mapped from a file that could not be read.
  Record save(Record record, const std::map<std::string, Artifact>& outputs, const Lock& lock,
              const Cancel& cancelled = {});
  /// Forgets an action: its record first, then its file and its end state.
  void remove(const Lock& lock, const Cancel& cancelled = {});
  /// Removes an action's file, and keeps its record: what its outputs were stays known.
  void drop_file(const Lock& lock, const Cancel& cancelled = {});
  /// Replaces the earlier one whole or not at all.
  void save_checkpoint(const Artifact& state, const Lock& lock, const Cancel& cancelled = {});
  void drop_checkpoint(const Lock& lock, const Cancel& cancelled = {});

  /// None, too, where the stored one is damaged: `damaged` is told why.
  std::optional<Artifact> load_checkpoint(
      const Digest& key, const std::function<void(const std::string& why)>& damaged = {}) const;

  // What results that can be extended go on from. An end state goes with its result's file, but for
  // drop_file(): it is then what the result is made of again.

  /// The shorter ones of a family that have, or had, an end state, the longest first.
  std::vector<Member> members_below(const Extendable& of) const;
  /// As load_checkpoint(), of what was kept with the result of `key`.
  std::optional<Artifact> load_end_state(
      const Digest& key, const std::function<void(const std::string& why)>& damaged = {}) const;
  /// Its size on disk, 0 where there is none.
  std::uint64_t end_state_bytes(const Digest& key) const;
  bool has_checkpoint(const Digest& key) const;

  // The same for who does not hold the lock: it is taken meanwhile.

  /// Error where somebody holds the key.
  Record save(Record record, const std::map<std::string, Artifact>& outputs);
  void save_checkpoint(const Digest& key, const Artifact& state);
  void drop_checkpoint(const Digest& key);
  /// False, with nothing changed, where somebody holds the key.
  bool remove(const Digest& key, const Cancel& cancelled = {});
  bool drop_file(const Digest& key, const Cancel& cancelled = {});

  /// From now on file_digest() (see digest_memory.h) reads every file, once in this object's life,
  /// whatever is remembered of it.
  void check_files();
  bool must_read(const std::filesystem::path& file) const;
  void note_read(const std::filesystem::path& file) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pipeline::cache
