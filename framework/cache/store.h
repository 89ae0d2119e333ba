#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/artifact.h"

// What actions have computed, on disk: one HDF5 file and one record an action, found by key.

namespace pipeline::cache {

/// SHA-256 in 64 lower-case hex digits.
using Digest = std::string;

/// Of logical content: type, attributes, and each array's path, element type, shape and values. The
/// same on every machine, and for every way that the content came to be.
Digest digest_of(const Artifact& artifact);
Digest digest_of(const std::string& bytes);

/// One output of an action, as its record tells: all that a consumer's key needs, and where the
/// bytes are.
struct StoredArray {
  DType dtype;
  Shape shape;
  std::uint64_t offset = 0, bytes = 0;  ///< in the file
  std::uint64_t checksum = 0;           ///< XXH3 of those bytes
};
struct StoredOutput {
  std::string type;
  Digest digest;
  Value::Map attributes;
  std::map<std::string, StoredArray> arrays;
};

/// What is known of a finished action.
struct Record {
  Digest key;
  std::string component;        ///< "train.fit"
  std::string pipeline, stage;  ///< that computed it first
  std::string created;          ///< UTC, ISO 8601
  std::string host;
  double seconds = 0;  ///< that run() took
  Value parts;         ///< what the key was made of, by name; see plan
  std::map<std::string, StoredOutput> outputs;
  std::uint64_t file_bytes = 0;
  std::uint64_t structure_checksum = 0;  ///< XXH3 of all of the file but the arrays' bytes
};

/// The stored file is not what was written: names file and dataset, and says what to do.
class Damaged : public Error {
 public:
  using Error::Error;
};

/// Large arrays that were handed out before their checksums were compared. Nothing that comes of
/// them may be kept before wait() has returned.
class PendingChecks {
 public:
  /// From this size on, in bytes; a smaller array's check takes less than a thread's start.
  static constexpr std::uint64_t kLarge = 1 << 20;
  /// Begins the check, which throws Damaged, on a thread of its own.
  void add(std::function<void()> check);
  /// Throws Damaged, each time, if an array is not what was written.
  void wait() const;

 private:
  std::vector<std::shared_future<void>> checks_;
};

/// The right to compute one action; released on destruction.
class Lock {
 public:
  virtual ~Lock() = default;
};

/// One stage of one run, for `why`, `status` and as a root for gc.
struct RunRecord {
  std::string pipeline, started, file;
  std::map<std::string, Digest> keys;  ///< by stage; of those that finished
};

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
  /// Makes the folder if need be. Error if it cannot be read, is something else, or is of another
  /// format. A folder that cannot be written to serves for reading.
  explicit Store(std::filesystem::path root);
  ~Store();

  const std::filesystem::path& root() const;
  /// A plan asks for many records and hardly ever for `parts`, which are two thirds of one:
  /// `without_parts` leaves them null.
  enum class Detail { all, without_parts };
  std::optional<Record> find(const Digest& key, Detail detail = Detail::all) const;
  /// The record's file is there, at its full length (its content is checked on load).
  bool has_file(const Record& record) const;
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

  /// SHA-256 of a file outside the cache, remembered by its path, size, inode and times, so that a
  /// second call need not read it. Error if it cannot be read.
  /// `cancelled` is asked each megabyte; Cancelled once it says so.
  Digest file_digest(const std::filesystem::path& file,
                     const std::function<bool()>& cancelled = {});
  /// As above, but always reads.
  static Digest read_file_digest(const std::filesystem::path& file,
                                 const std::function<bool()>& cancelled = {});

  /// May be called again and again while a run goes on: pipeline, `started` and process tell a run.
  /// Nothing happens where the cache cannot be written to.
  void save_run(const RunRecord& run);
  /// The newest run of a pipeline of that name.
  std::optional<RunRecord> last_run(const std::string& pipeline) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// What `cache ls` shows, newest first.
struct Entry {
  Record record;
  std::string last_used;  ///< UTC; by a run that computed it or found it
};
std::vector<Entry> list(const Store& store);

/// The stored action whose key begins with `prefix` (4 digits or more). Error where there is none,
/// or where there are several.
Digest find_key(const Store& store, const std::string& prefix);

/// gc keeps a pinned action, whatever the runs reach.
void pin(Store& store, const Digest& key);
void unpin(Store& store, const Digest& key);
std::vector<Digest> pins(const Store& store);

/// Everything that is wrong in the cache: a line an item, with file and dataset, and what to do.
/// Empty if clean. Reads every byte, and opens each file whose structure is undamaged with the HDF5
/// library and compares what that says with the record. What killed processes left unfinished is
/// not wrong: gc removes it.
std::vector<std::string> verify(const Store& store);

struct GcPlan {
  struct Item {
    Record record;
    std::string last_used;
    std::uint64_t bytes;
  };
  std::vector<Item> items;  ///< actions that would go
  /// Temporary files and locks of dead processes, files without a record, damaged records, and
  /// checkpoints of actions that have a result or that nobody went on with for a month.
  std::vector<std::filesystem::path> leftovers;
  std::uint64_t bytes = 0;  ///< of both
};
/// What may go: actions that no pin and none of any pipeline's last `keep_runs` runs reach; with
/// `max_bytes`, only the least recently used of those until the cache fits. Locked actions never.
GcPlan plan_gc(const Store& store, int keep_runs, std::optional<std::uint64_t> max_bytes);
/// Removes what still may go: an action that was locked, pinned or used since stays. A run that has
/// mapped a file keeps its bytes; one that comes to need them later computes them again.
void collect(Store& store, const GcPlan& plan);

}  // namespace pipeline::cache
