#include "cache/locks.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "cache/files.h"
#include "cache/identity.h"
#include "cache/store.h"
#include "support/process.h"
#include "support/waiting.h"
#include "unit/cache/forked.h"
#include "unit/cache/samples.h"

namespace pipeline::cache {
namespace {
namespace fs = std::filesystem;
using namespace std::chrono_literals;

using pipeline::testing::TempFolder;
using pipeline::testing::write_file;
using testing::Forked;
using testing::key_of;
using testing::Pipe;

const auto kNever = [] { return false; };

/// A number that processes share.
class SharedCount {
 public:
  SharedCount()
      : count_(static_cast<std::atomic<int>*>(
            mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {}
  ~SharedCount() { munmap(count_, 4096); }
  std::atomic<int>& operator*() const { return *count_; }

 private:
  std::atomic<int>* count_;
};

bool is_held_by_nobody(const fs::path& root) { return !fs::exists(root / "locks" / key_of("a")); }

TEST_CASE("a lock is held by one at a time in a process, and leaves nothing") {
  const TempFolder folder;
  Store store(folder / "cache");
  CHECK_FALSE(store.is_locked(key_of("a")));
  {
    const auto lock = store.lock(key_of("a"), kNever);
    REQUIRE(lock);
    CHECK(store.is_locked(key_of("a")));
    CHECK_FALSE(store.try_lock(key_of("a")));
    CHECK_FALSE(Store(folder / "cache").try_lock(key_of("a")));
    CHECK(store.try_lock(key_of("b")));
  }
  CHECK_FALSE(store.is_locked(key_of("a")));
  CHECK(is_held_by_nobody(folder / "cache"));
  CHECK(store.try_lock(key_of("a")));
  CHECK(fs::is_empty(folder / "cache/tmp"));
}

TEST_CASE("a wait tells once who holds the lock, and ends when it is cancelled") {
  const TempFolder folder;
  Store store(folder / "cache");
  const Pipe there, done;
  Forked holder([&] {
    Store other(folder / "cache");
    const auto lock = other.lock(key_of("a"), kNever);
    there.send();
    done.receive();
    return true;
  });
  there.receive();
  int asked = 0;
  std::vector<std::string> holders;
  const auto lock = store.lock(
      key_of("a"), [&] { return ++asked > 3; },
      [&](const std::string& who) { holders.push_back(who); });
  CHECK_FALSE(lock);
  REQUIRE(holders.size() == 1);
  CHECK_THAT(holders[0], Catch::Contains("process ") && Catch::Contains(" on ") &&
                             Catch::Contains(", since 20"));
  done.send();
  CHECK(holder.wait() == 0);
  CHECK(store.lock(key_of("a"), kNever));
}

TEST_CASE("a lock goes to the next as soon as it is released") {
  const TempFolder folder;
  Store store(folder / "cache");
  auto lock = store.lock(key_of("a"), kNever);
  std::atomic<bool> waiting{false}, has{false};
  std::thread next([&] {
    const auto mine = store.lock(key_of("a"), kNever, [&](const std::string&) { waiting = true; });
    has = mine != nullptr;
  });
  CHECK(pipeline::testing::in_time([&] { return waiting.load(); }));
  CHECK_FALSE(has);
  lock.reset();
  next.join();
  CHECK(has);
}

TEST_CASE("a killed holder's lock is taken over at once") {
  const TempFolder folder;
  Store store(folder / "cache");
  const Pipe there;
  Forked holder([&] {
    Store other(folder / "cache");
    const auto lock = other.lock(key_of("a"), kNever);
    there.send();
    for (;;) pause();
    return true;
  });
  there.receive();
  CHECK(store.is_locked(key_of("a")));
  CHECK_FALSE(store.try_lock(key_of("a")));
  holder.kill_and_wait();
  CHECK_FALSE(store.is_locked(key_of("a")));
  CHECK(store.try_lock(key_of("a")));  // at once
  CHECK(is_held_by_nobody(folder / "cache"));
}

TEST_CASE("of many processes that wait for a killed holder each has its turn alone") {
  const TempFolder folder;
  Store store(folder / "cache");
  const SharedCount inside, turns, collisions;
  std::vector<std::unique_ptr<Forked>> contenders;
  for (int i = 0; i < 8; ++i)
    contenders.push_back(std::make_unique<Forked>([&, i] {
      Store mine(folder / "cache");
      for (int turn = 0; turn < 6; ++turn) {
        const auto lock = mine.lock(key_of("a"), kNever);
        if (++*inside != 1) ++*collisions;
        // Two of them die while they hold it.
        if (turn == i + 2 && i < 2) {
          --*inside;
          kill(getpid(), SIGKILL);
        }
        std::this_thread::sleep_for(1ms);
        ++*turns;
        --*inside;
      }
      return true;
    }));
  int killed = 0;
  for (auto& contender : contenders) killed += contender->wait() == 128 + SIGKILL;
  CHECK(killed == 2);
  CHECK(*collisions == 0);
  CHECK(*turns == 6 * 6 + 2 + 3);
  // Where one that dies had the last turn, its file waits for whoever comes next.
  CHECK(store.lock(key_of("a"), kNever));
  CHECK(is_held_by_nobody(folder / "cache"));
}

TEST_CASE("threads take turns") {
  const TempFolder folder;
  Store store(folder / "cache");
  std::vector<std::thread> threads;
  int unguarded = 0;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 10; ++i) {
        const auto lock = store.lock(key_of("a"), kNever);
        ++unguarded;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(unguarded == 40);
}

TEST_CASE("a lock of another process with our number is not called our own") {
  const TempFolder folder;
  Store store(folder / "cache");
  const fs::path path = folder / "cache/locks" / key_of("a");
  const auto told = [&] {
    std::string who;
    int asked = 0;
    store.lock(
        key_of("a"), [&] { return ++asked > 1; }, [&](const std::string& holder) { who = holder; });
    return who;
  };
  {
    const auto lock = store.lock(key_of("a"), kNever);
    CHECK_THAT(told(), Catch::StartsWith("this process, since "));
  }
  const FileDescriptor held = open_file(path, O_RDWR | O_CREAT);
  write_file(path, fmt::format(R"({{"boot":"{}","host":"box","pid":{},"process":"another",)"
                               R"("since":"2026-01-01T00:00:00Z"}})",
                               boot_id(), getpid()));
  REQUIRE(flock_now(held.get()) == Flock::mine);
  CHECK(told() == fmt::format("process {} on box, since 2026-01-01T00:00:00Z", getpid()));
}

TEST_CASE("what stands in a lock's place and is no lock makes way") {
  const TempFolder folder;
  Store store(folder / "cache");
  const fs::path path = folder / "cache/locks" / key_of("a");
  const auto taken = [&] {
    CHECK_FALSE(store.is_locked(key_of("a")));
    const auto lock = store.try_lock(key_of("a"));
    return lock && fs::is_regular_file(fs::symlink_status(path)) && store.is_locked(key_of("a"));
  };
  fs::create_directories(path);
  CHECK(taken());
  write_file(path / "in/it", "something");
  CHECK(taken());
  CHECK(fs::exists(path.string() + ".damaged-1/in/it"));
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  CHECK(taken());
  fs::create_symlink("nowhere", path);
  CHECK(taken());
  fs::create_symlink(path, path);
  CHECK(taken());
}

TEST_CASE("a lock needs no room on the disk") {
  const TempFolder folder;
  Store store(folder / "cache");
  CHECK(Forked([&] {
          signal(SIGXFSZ, SIG_IGN);
          const rlimit none{0, 0};
          setrlimit(RLIMIT_FSIZE, &none);
          const auto lock = store.try_lock(key_of("a"));
          return lock && !Store(folder / "cache").try_lock(key_of("a"));
        }).wait() == 0);
  CHECK(is_held_by_nobody(folder / "cache"));
}

TEST_CASE("the lock of one who was killed on a full disk makes nobody wait") {
  const TempFolder folder;
  write_file(folder / "x", "");
  if (setxattr((folder / "x").c_str(), "user.boot", "1", 1, 0) != 0) return;  // not on every disk
  Store store(folder / "cache");
  const Pipe held;
  Forked owner([&] {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit none{0, 0};
    setrlimit(RLIMIT_FSIZE, &none);
    const auto lock = store.try_lock(key_of("a"));
    held.send();
    for (;;) pause();
    return true;
  });
  held.receive();
  CHECK(fs::file_size(folder / "cache/locks" / key_of("a")) == 0);
  CHECK(store.is_locked(key_of("a")));
  CHECK_FALSE(store.try_lock(key_of("a")));
  owner.kill_and_wait();
  CHECK_FALSE(store.is_locked(key_of("a")));
  CHECK(store.try_lock(key_of("a")));
}

}  // namespace
}  // namespace pipeline::cache
