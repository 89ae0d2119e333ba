#include "cache/locks.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>

#include "cache/files.h"
#include "cache/identity.h"
#include "cache/time.h"
#include "pipeline/error.h"
#include "pipeline/value.h"

namespace pipeline::cache {
namespace fs = std::filesystem;
namespace {

bool same_file(int fd, const fs::path& path) {
  struct stat open {
  }, named{};
  return fstat(fd, &open) == 0 && stat(path.c_str(), &named) == 0 && open.st_ino == named.st_ino &&
         open.st_dev == named.st_dev;
}

struct Owner {
  std::string boot, text;  ///< who it is, in words
};

std::string own_description() {
  return Value(Value::Map{{"host", host_name()},
                          {"pid", std::int64_t(getpid())},
                          {"process_start", process_start()},
                          {"boot", boot_id()},
                          {"since", utc_now()}})
             .to_json() +
         "\n";
}

// A description that cannot be read is that of nobody on this kernel.
Owner read_owner(const FileDescriptor& fd) {
  char text[4096];
  const ssize_t size = pread(fd.get(), text, sizeof text, 0);
  try {
    const Value value = Value::parse_json({text, std::size_t(std::max<ssize_t>(size, 0))});
    const std::int64_t pid = value.at("pid").as_int();
    const std::string& boot = value.at("boot").as_string();
    const std::string& since = value.at("since").as_string();
    if (boot == boot_id() && pid == getpid()) return {boot, "this process, since " + since};
    return {boot,
            fmt::format("process {} on {}, since {}", pid, value.at("host").as_string(), since)};
  } catch (const Error&) {
    return {"", "somebody unknown"};
  }
}

/// Locks the file where its owner was on this kernel and is dead.
bool lock_dead(const FileDescriptor& fd, const fs::path& path) {
  if (flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return true;
  if (errno != EWOULDBLOCK && errno != EINTR) throw_io_error("lock", path, errno);
  return false;
}

}  // namespace

/// Renews the times of the held files.
class LockFolder::Heart {
 public:
  explicit Heart(std::chrono::milliseconds interval) : interval_(interval) {}
  ~Heart() {
    {
      const std::lock_guard guard(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
  }
  void add(int fd) {
    const std::lock_guard guard(mutex_);
    files_.insert(fd);
    if (!thread_.joinable()) try {
        thread_ = std::thread([this] { beat(); });
      } catch (const std::system_error&) {
        // No thread can be had. On this kernel nobody needs the times.
      }
  }
  void remove(int fd) {
    const std::lock_guard guard(mutex_);
    files_.erase(fd);
  }

 private:
  void beat() {
    std::unique_lock guard(mutex_);
    while (!wake_.wait_for(guard, interval_, [this] { return stopping_; }))
      for (const int fd : files_) futimens(fd, nullptr);
  }

  const std::chrono::milliseconds interval_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::set<int> files_;
  bool stopping_ = false;
  std::thread thread_;
};

class LockFolder::Held : public Lock {
 public:
  Held(fs::path path, FileDescriptor fd, std::shared_ptr<Heart> heart)
      : path_(std::move(path)), fd_(std::move(fd)), heart_(std::move(heart)) {
    heart_->add(fd_.get());
  }
  // The name goes before the flock does: who finds the file unlocked finds it nameless, too.
  ~Held() override {
    heart_->remove(fd_.get());
    if (same_file(fd_.get(), path_)) unlink(path_.c_str());
  }

 private:
  fs::path path_;
  FileDescriptor fd_;
  std::shared_ptr<Heart> heart_;
};

/// One contender for one lock.
class LockFolder::Attempt {
 public:
  Attempt(const LockFolder& folder, fs::path path)
      : path_(std::move(path)), guard_(folder.locks_ / ".takeover"), mine_(folder.tmp_) {
    const std::string text = own_description();
    // Not synced, which takes milliseconds: who finds it empty goes by its time.
    mine_.write(0, text.data(), text.size());
  }

  /// The locked file, or null and the holder.
  FileDescriptor try_once(std::string& holder) {
    for (;;) {
      if (FileDescriptor fd = mine_.publish_new(path_)) return fd;
      const FileDescriptor found = open_file(path_, O_RDWR | O_NOFOLLOW);
      if (!found) {
        if (errno == ENOENT) continue;  // it was released just now
        throw_io_error("read", path_, errno);
      }
      const Owner owner = read_owner(found);
      holder = owner.text;
      if (!is_dead(found, owner)) return {};
      const ShortLock guard(guard_);
      if (same_file(found.get(), path_) && is_dead(found, owner)) return mine_.publish_open(path_);
    }
  }

 private:
  // On this kernel, `found` is locked by us once its owner is seen dead, so only one of us sees it.
  bool is_dead(const FileDescriptor& found, const Owner& owner) {
    if (owner.boot == boot_id()) return lock_dead(found, path_);
    struct stat now {
    }, last{};
    if (futimens(mine_.fd(), nullptr) != 0 || fstat(mine_.fd(), &now) != 0 ||
        fstat(found.get(), &last) != 0)
      throw_io_error("look at", path_, errno);
    return now.st_mtime - last.st_mtime > kSilence.count();
  }

  fs::path path_, guard_;
  TempFile mine_;
};

LockFolder::LockFolder(fs::path locks, fs::path tmp, std::chrono::milliseconds heartbeat)
    : locks_(std::move(locks)), tmp_(std::move(tmp)), heart_(std::make_shared<Heart>(heartbeat)) {}
LockFolder::~LockFolder() = default;

std::unique_ptr<Lock> LockFolder::try_acquire(const std::string& name) {
  Attempt attempt(*this, locks_ / name);
  std::string holder;
  FileDescriptor fd = attempt.try_once(holder);
  if (!fd) return nullptr;
  return std::make_unique<Held>(locks_ / name, std::move(fd), heart_);
}

bool LockFolder::is_held(const std::string& name) const {
  const FileDescriptor fd = open_file(locks_ / name, O_RDONLY | O_NOFOLLOW);
  if (!fd) return false;
  if (read_owner(fd).boot == boot_id()) return !lock_dead(fd, locks_ / name);
  struct stat status {};
  return fstat(fd.get(), &status) == 0 && std::time(nullptr) - status.st_mtime <= kSilence.count();
}

std::unique_ptr<Lock> LockFolder::acquire(const std::string& name,
                                          const std::function<bool()>& cancelled,
                                          const std::function<void(const std::string&)>& waiting) {
  using namespace std::chrono_literals;
  Attempt attempt(*this, locks_ / name);
  std::string holder;
  bool told = false;
  for (auto pause = 2ms;; pause = std::min(2 * pause, 100ms)) {
    if (FileDescriptor fd = attempt.try_once(holder))
      return std::make_unique<Held>(locks_ / name, std::move(fd), heart_);
    if (cancelled && cancelled()) return nullptr;
    if (waiting && !told) waiting(holder);
    told = true;
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace pipeline::cache
