#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "cache/digest.h"
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
  /// Makes the folder if need be. Error if it cannot be read, is something else, is of another
  /// format or spread over several file systems. A folder that cannot be written to serves for
  /// reading. With Access::read nothing is made or removed, and a folder that is not there is an
  /// empty cache.
  explicit Store(std::filesystem::path root, Access access = Access::write);
  ~Store();

  const std::filesystem::path& root() const;
  /// A plan asks for many records and hardly ever for `parts`, which are two thirds of one:
  /// `without_parts` leaves them null.
  enum class Detail { all, without_parts };
  std::optional<Record> find(const Digest& key, Detail detail = Detail::all) const;
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
  /// there at once, however long reading the whole takes. Throws Damaged for all else.
  Artifact load(const Record& record, const std::string& port, PendingChecks& pending) const;
  /// Writes file and record, each to a temporary name, synced, renamed; fills in outputs,
  /// file_bytes, structure_checksum, created and host. Replaces what the key had. Error, with
  /// nothing changed, where an output cannot be stored (see names.h) or the disk is full.
  Record save(Record record, const std::map<std::string, Artifact>& outputs);
  /// Forgets an action: its record first, then its file.
  void remove(const Digest& key);

  /// Waits while another process holds the key (that of a dead one is taken over); `cancelled` is
  /// asked now and then, and null is returned once it says so. `waiting` is told once who holds it.
  std::unique_ptr<Lock> lock(const Digest& key, const std::function<bool()>& cancelled,
                             const std::function<void(const std::string& holder)>& waiting = {});
  /// Null where somebody holds it.
  std::unique_ptr<Lock> try_lock(const Digest& key);
  /// Somebody who lives holds it. Changes nothing.
  bool is_locked(const Digest& key) const;

  /// Replaces the earlier one whole or not at all.
  void save_checkpoint(const Digest& key, const Artifact& state);
  /// None, too, where the stored one is damaged.
  std::optional<Artifact> load_checkpoint(const Digest& key) const;
  void drop_checkpoint(const Digest& key);

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
