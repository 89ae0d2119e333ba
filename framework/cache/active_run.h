#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "cache/roots_lock.h"
#include "cache/runs.h"

namespace pipeline::cache {

/// A run under way, and its root: gc keeps what it has reached for as long as this lives, in
/// whatever order things happen, and after that what its record says. A run that was killed keeps
/// all that it had reached until it is no longer one of its pipeline's last. Where the cache may
/// only be read, nothing happens.
///
/// Why nothing can be taken from under it: reach() writes the key down while it shares the roots'
/// lock; gc has that lock alone while it reads what is written down and removes what is not. So a
/// removal comes before reach(), and the look-up after it finds nothing, or sees the key and leaves
/// it.
class ActiveRun {
 public:
  /// Announces the run and numbers it. Keys that the record has already (of stages of an earlier
  /// run, as long as this one has not finished them) count as reached. `cancelled` is asked where
  /// gc makes it wait; Cancelled once that says so.
  ActiveRun(Store& store, RunRecord record, std::function<bool()> cancelled = {});
  /// Takes the root back if save() has said all that it says.
  ~ActiveRun();
  ActiveRun(const ActiveRun&) = delete;
  ActiveRun& operator=(const ActiveRun&) = delete;

  /// To be called before the key is looked up or computed: gc keeps its result from then on. A few
  /// microseconds; any thread. Where that cannot be written down, such as on a full disk, gc does
  /// not know of the key until it can, at a later call.
  void reach(const Digest& key);
  /// A stage has a result, and this is its key. Any thread.
  void finished(const std::string& stage, const Digest& key);
  /// Writes the record, replacing an earlier state, marks as used what has finished since, and
  /// forgets the pipeline's oldest runs. Any thread. Error where the record cannot be written.
  void save();

 private:
  void announce();
  void write_reached();
  void forget_oldest();

  Store& store_;
  const std::function<bool()> cancelled_;
  const bool is_writable_;
  std::mutex mutex_;
  RunRecord record_;
  std::unique_ptr<Lock> life_;  ///< null until the run is announced
  std::unique_ptr<RootsLock> roots_;
  FoundRun files_;
  FileDescriptor keys_;
  std::string unwritten_;  ///< lines of keys
  std::string problem_;    ///< why it is not announced
  bool all_saved_ = true;
  std::vector<Digest> unmarked_;  ///< finished since the last save()
};

}  // namespace pipeline::cache
