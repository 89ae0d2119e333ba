#pragma once
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace pipeline::cache {

/// The right to compute one action; released on destruction.
class Lock {
 public:
  virtual ~Lock() = default;
};

/// Locks by name in a folder that threads, processes and machines share.
///
/// A lock is a file, made in one step with its owner's host, process and start in it. The owner
/// holds flock() on it, which on one kernel is the truth: it ends with the process, however that
/// ends. Machines see each other's locks by the file and believe in the owner while it renews the
/// file's time, each kHeartbeat; one that is silent for kSilence, by the file system's own clock,
/// is dead. Dead owners' files are replaced under a lock of their own and only if they are still
/// the file that was found dead, so that of many who wait exactly one comes next.
class LockFolder {
 public:
  static constexpr std::chrono::seconds kHeartbeat{10}, kSilence{60};

  LockFolder(std::filesystem::path locks, std::filesystem::path tmp,
             std::chrono::milliseconds heartbeat = kHeartbeat);
  ~LockFolder();

  /// See Store::lock().
  std::unique_ptr<Lock> acquire(const std::string& name, const std::function<bool()>& cancelled,
                                const std::function<void(const std::string& holder)>& waiting);
  /// Null where somebody holds it.
  std::unique_ptr<Lock> try_acquire(const std::string& name);
  /// Somebody who lives holds it. Changes nothing.
  bool is_held(const std::string& name) const;

 private:
  class Attempt;
  class Held;
  class Heart;

  std::filesystem::path locks_, tmp_;
  std::shared_ptr<Heart> heart_;
};

}  // namespace pipeline::cache
