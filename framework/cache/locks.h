#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "cache/clock.h"
#include "cache/layout.h"
#include "pipeline/error.h"

namespace pipeline::cache {

/// A lock was lost: another machine took its owner for dead.
class LockLost : public Error {
 public:
  using Error::Error;
};

/// The right to compute one action; released on destruction.
class Lock {
 public:
  virtual ~Lock() = default;
  /// What is locked: the action's key.
  virtual const std::string& name() const = 0;
  /// LockLost, naming the new owner, where there is one: this process was stopped or cut off for
  /// so long that it was taken for dead. While the commit lock is held, none comes.
  virtual void require_held() const = 0;
};

/// Locks by name in a folder that threads, processes and machines share.
///
/// A lock is a file, made in one step with its owner's host, process and start in it. The owner
/// holds flock() on it, which on one kernel is the truth: it ends with the process, however that
/// ends. Machines see each other's locks by the file and believe in the owner while it renews the
/// file's time, each kHeartbeat; one that is seen to be silent for kSilence is dead. Times are not
/// compared with a clock, which may be wrong here or there. Dead owners' files are replaced under
/// the commit lock, so that of many who wait exactly one comes next, and none while an owner who
/// was silent stores something after all.
class LockFolder {
 public:
  static constexpr std::chrono::seconds kHeartbeat{10}, kSilence{60};

  explicit LockFolder(Layout layout, std::chrono::milliseconds heartbeat = kHeartbeat,
                      Clock& clock = Clock::real());
  ~LockFolder();

  /// See Store::lock().
  std::unique_ptr<Lock> acquire(const std::string& name, const std::function<bool()>& cancelled,
                                const std::function<void(const std::string& holder)>& waiting);
  /// Null where somebody holds it; another machine may, unless its file was left alone for a day.
  /// On a full disk, too: only a name is needed.
  std::unique_ptr<Lock> try_acquire(const std::string& name);
  /// Somebody who lives holds it; as try_acquire() judges. Changes nothing.
  bool is_held(const std::string& name) const;

 private:
  class Attempt;
  class Held;
  class Heart;

  Layout layout_;
  Clock& clock_;
  std::shared_ptr<Heart> heart_;
};

}  // namespace pipeline::cache
