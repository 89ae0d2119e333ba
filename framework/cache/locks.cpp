#include "cache/locks.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>
#include <tuple>
#include <utility>

#include "cache/files.h"
#include "cache/identity.h"
#include "cache/places.h"
#include "cache/short_lock.h"
#include "cache/time.h"
#include "pipeline/error.h"
#include "pipeline/value.h"

namespace pipeline::cache {
namespace fs = std::filesystem;
namespace {

struct Owner {
  std::string boot, text;  ///< who it is, in words
};

std::string own_description() {
  return Value(Value::Map{{"host", host_name()},
                          {"pid", std::int64_t(getpid())},
                          {"process", process_id()},
                          {"boot", boot_id()},
                          {"since", utc_now()}})
             .to_json() +
         "\n";
}

// A full disk has no block for a description, and its inodes mostly have room for an attribute: on
// this kernel that is enough to know whether flock() tells the truth.
constexpr const char* kBootAttribute = "user.boot";

Owner owner_by_attribute(const FileDescriptor& fd) {
  char boot[64];
  const ssize_t size = fd ? fgetxattr(fd.get(), kBootAttribute, boot, sizeof boot) : 0;
  if (size <= 0) return {"", "somebody unknown"};
  return {{boot, std::size_t(size)}, "somebody whom a full disk gave no room to say who it is"};
}

// A description that cannot be read is that of nobody on this kernel.
Owner read_owner(const FileDescriptor& fd) {
  if (!fd) return {"", "somebody unknown"};
  char text[4096];
  const ssize_t size = pread(fd.get(), text, sizeof text, 0);
  try {
    const Value value = Value::parse_json({text, std::size_t(std::max<ssize_t>(size, 0))});
    const std::int64_t pid = value.at("pid").as_int();
    const std::string& boot = value.at("boot").as_string();
    const std::string& since = value.at("since").as_string();
    if (value.at("process").as_string() == process_id())
      return {boot, "this process, since " + since};
    return {boot,
            fmt::format("process {} on {}, since {}", pid, value.at("host").as_string(), since)};
  } catch (const Error&) {
    return owner_by_attribute(fd);
  }
}

/// What stands in a lock's place.
struct Found {
  bool there = false;
  struct stat status {};
  FileDescriptor fd;  ///< null where it cannot be opened
  Owner owner;
};

// By opening it, which over a network shows what is there now, and not what was a while ago.
Found look(const fs::path& path) {
  Found found;
  found.fd = open_to_lock(path);
  const int problem =
      found.fd ? fstat(found.fd.get(), &found.status) : lstat(path.c_str(), &found.status);
  if (problem && errno != ENOENT && errno != ENOTDIR && errno != ESTALE)
    throw_read_error(path, errno, "look at");
  found.there = problem == 0;
  found.owner = read_owner(found.fd);
  return found;
}

enum class Life { lives, dead, unknown };

// Once its owner is seen dead on this kernel, the file is locked by us while `found` is open.
Life life_of(const Found& found) {
  if (!S_ISREG(found.status.st_mode)) return Life::dead;  // it is no lock
  const Flock flock = found.fd ? flock_now(found.fd.get()) : Flock::impossible;
  if (flock == Flock::others) return Life::lives;
  return flock == Flock::mine && found.owner.boot == boot_id() ? Life::dead : Life::unknown;
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
  Held(std::string name, fs::path path, FileDescriptor fd, std::shared_ptr<Heart> heart)
      : name_(std::move(name)),
        path_(std::move(path)),
        fd_(std::move(fd)),
        heart_(std::move(heart)) {
    heart_->add(fd_.get());
  }
  // The name goes before the flock does: who finds the file unlocked finds it nameless, too.
  ~Held() override {
    heart_->remove(fd_.get());
    struct stat named {};
    if (lstat(path_.c_str(), &named) == 0 && is_mine(named)) unlink(path_.c_str());
  }
  const std::string& name() const override { return name_; }
  void require_held() const override {
    const Found found = look(path_);
    if (!found.there || is_mine(found.status)) return;  // what is not there nobody has taken
    throw LockLost(
        fmt::format("this process was silent for more than {} s, and {}, took over what it "
                    "computes; nothing more of it is kept: run again",
                    kSilence.count(), found.owner.text));
  }

 private:
  bool is_mine(const struct stat& named) const {
    struct stat open {};
    return fstat(fd_.get(), &open) == 0 && open.st_ino == named.st_ino &&
           open.st_dev == named.st_dev;
  }

  std::string name_;
  fs::path path_;
  FileDescriptor fd_;
  std::shared_ptr<Heart> heart_;
};

/// One contender for one lock.
class LockFolder::Attempt {
 public:
  Attempt(const LockFolder& folder, std::string name)
      : folder_(folder), name_(std::move(name)), path_(folder.layout_.locks() / name_) {}

  /// The lock, or null and the holder.
  std::unique_ptr<Lock> try_once(std::string& holder) {
    for (;;) {
      Found found = look(path_);
      if (!found.there) {
        if (auto lock = make(&TempFile::publish_new)) return lock;
        continue;  // somebody else has it since
      }
      holder = found.owner.text;
      if (!is_dead(found)) return nullptr;
      found = Found();
      const auto commit = ShortLock::try_lock(folder_.layout_.commit_lock());
      if (!commit) return nullptr;
      found = look(path_);
      if (!found.there || !is_dead(found)) continue;
      clear_place(path_);
      return make(&TempFile::publish_open);
    }
  }

 private:
  std::unique_ptr<Lock> make(FileDescriptor (TempFile::*publish)(const fs::path&)) const {
    TempFile file(folder_.layout_.tmp());
    share_as(folder_.layout_.locks(), file.fd());
    const std::string text = own_description();
    try {
      // Linked into place with this in it: a kill leaves no empty lock. It is not synced, which
      // takes milliseconds, and so a power cut may; who finds one goes by its time.
      file.write(0, text.data(), text.size());
    } catch (const Error&) {
      fsetxattr(file.fd(), kBootAttribute, boot_id().data(), boot_id().size(), 0);
    }
    FileDescriptor fd = (file.*publish)(path_);
    return fd ? std::make_unique<Held>(name_, path_, std::move(fd), folder_.heart_) : nullptr;
  }

  bool is_dead(const Found& found) {
    const Life life = life_of(found);
    if (life != Life::unknown) return life == Life::dead;
    return is_silent(found) ||
           is_untouched_for_a_day(found.status.st_mtime, folder_.layout_.locks());
  }

  // Its time has not changed while we looked.
  bool is_silent(const Found& found) {
    const Beat beat{found.status.st_dev, found.status.st_ino, found.status.st_mtim.tv_sec,
                    found.status.st_mtim.tv_nsec};
    const auto now = folder_.clock_.now();
    if (std::exchange(last_, beat) != beat) since_ = now;
    return now - since_ > kSilence;
  }

  using Beat = std::tuple<dev_t, ino_t, std::time_t, long>;

  const LockFolder& folder_;
  std::string name_;
  fs::path path_;
  Beat last_{};
  Clock::Time since_{};
};

LockFolder::LockFolder(Layout layout, std::chrono::milliseconds heartbeat, Clock& clock)
    : layout_(std::move(layout)), clock_(clock), heart_(std::make_shared<Heart>(heartbeat)) {}
LockFolder::~LockFolder() = default;

std::unique_ptr<Lock> LockFolder::try_acquire(const std::string& name) {
  std::string holder;
  return Attempt(*this, name).try_once(holder);
}

bool LockFolder::is_held(const std::string& name) const {
  const Found found = look(layout_.locks() / name);
  if (!found.there) return false;
  const Life life = life_of(found);
  if (life != Life::unknown) return life == Life::lives;
  return !is_untouched_for_a_day(found.status.st_mtime, layout_.locks());
}

std::unique_ptr<Lock> LockFolder::acquire(const std::string& name,
                                          const std::function<bool()>& cancelled,
                                          const std::function<void(const std::string&)>& waiting) {
  using namespace std::chrono_literals;
  Attempt attempt(*this, name);
  std::string holder;
  bool told = false;
  for (auto pause = 2ms;; pause = std::min(2 * pause, 100ms)) {
    if (auto lock = attempt.try_once(holder)) return lock;
    if (cancelled && cancelled()) return nullptr;
    if (waiting && !told) waiting(holder);
    told = true;
    clock_.sleep(pause);
  }
}

}  // namespace pipeline::cache
