#include "cache/locks.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <ctime>
#include <functional>
#include <thread>
#include <utility>

#include "cache/files.h"
#include "cache/identity.h"
#include "cache/short_lock.h"
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
using testing::array_artifact;
using testing::Forked;
using testing::key_of;
using testing::Pipe;
using testing::record_for;
using testing::same;

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

/// A lock file as another machine would leave it, last renewed so many seconds ago.
void write_foreign_lock(const fs::path& path, int seconds_ago) {
  write_file(path, R"({"boot":"00000000","host":"elsewhere","pid":7,"process":"1",)"
                   R"("since":"2026-01-01T00:00:00Z"})");
  const timespec time{std::time(nullptr) - seconds_ago, 0};
  const timespec times[] = {time, time};
  utimensat(AT_FDCWD, path.c_str(), times, 0);
}

/// A clock in which a wait takes no time.
class TestClock : public Clock {
 public:
  explicit TestClock(std::function<void()> meanwhile = {}) : meanwhile_(std::move(meanwhile)) {}
  Time now() override { return Time(passed_); }
  void sleep(std::chrono::milliseconds time) override {
    passed_ += time;
    if (meanwhile_) meanwhile_();
  }
  std::chrono::milliseconds passed() const { return passed_; }

 private:
  std::function<void()> meanwhile_;
  std::chrono::milliseconds passed_{0};
};

// Whatever the other machine's clock, and ours, have for the time.
TEST_CASE("another machine's lock falls to who has seen it silent for a minute") {
  const TempFolder folder;
  const Layout layout{folder / "cache"};
  const int seconds_ago = GENERATE(-7200, 0, 20, 90, 7200);
  Store store(layout.root);
  TestClock clock;
  LockFolder locks(layout, LockFolder::kHeartbeat, clock);
  write_foreign_lock(layout.locks() / key_of("a"), seconds_ago);
  CHECK(store.is_locked(key_of("a")));
  CHECK_FALSE(store.try_lock(key_of("a")));
  std::string who;
  CHECK(locks.acquire(key_of("a"), kNever, [&](const std::string& holder) { who = holder; }));
  CHECK(who == "process 7 on elsewhere, since 2026-01-01T00:00:00Z");
  CHECK(clock.passed() > LockFolder::kSilence);
  CHECK(clock.passed() < LockFolder::kSilence + 1s);
  CHECK_FALSE(store.is_locked(key_of("a")));
}

TEST_CASE("another machine's lock holds while it is renewed, if only every half minute") {
  const TempFolder folder;
  const Layout layout{folder / "cache"};
  Store store(layout.root);
  int beats = 0;
  const TestClock* time = nullptr;
  TestClock clock([&] {
    if (time->passed() < (beats + 1) * 30s) return;
    // Its clock is wrong, and runs backwards.
    write_foreign_lock(layout.locks() / key_of("a"), ++beats * 1000);
  });
  time = &clock;
  LockFolder locks(layout, LockFolder::kHeartbeat, clock);
  write_foreign_lock(layout.locks() / key_of("a"), 0);
  CHECK_FALSE(locks.acquire(key_of("a"), [&] { return beats == 20; }, {}));
}

TEST_CASE("another machine's lock that was left alone for a day falls to one at once") {
  const TempFolder folder;
  Store store(folder / "cache");
  write_foreign_lock(folder / "cache/locks" / key_of("a"), 25 * 3600);
  CHECK_FALSE(store.is_locked(key_of("a")));
  std::atomic<int> owners{0};
  std::vector<std::unique_ptr<Lock>> locks(6);
  std::vector<std::thread> threads;
  for (auto& lock : locks)
    threads.emplace_back([&] {
      lock = store.try_lock(key_of("a"));
      if (lock) ++owners;
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(owners == 1);
}

TEST_CASE("a held lock's time is renewed, for other machines to see") {
  const TempFolder folder;
  LockFolder locks(Layout{folder.path()}, 10ms);
  const auto lock = locks.try_acquire("a");
  const timespec old[] = {{1'700'000'000, 0}, {1'700'000'000, 0}};
  utimensat(AT_FDCWD, (folder / "locks/a").c_str(), old, 0);
  struct stat status {};
  for (int i = 0; i < 1000 && status.st_mtime <= 1'700'000'000; ++i) {
    std::this_thread::sleep_for(10ms);
    stat((folder / "locks/a").c_str(), &status);
  }
  CHECK(status.st_mtime > 1'700'000'000);
}

TEST_CASE("a lock file that says nothing holds like another machine's") {
  const TempFolder folder;
  Store store(folder / "cache");
  const fs::path path = folder / "cache/locks" / key_of("a");
  write_file(path, "");
  CHECK_FALSE(store.try_lock(key_of("a")));
  const timespec old[] = {{1, 0}, {1, 0}};
  utimensat(AT_FDCWD, path.c_str(), old, 0);
  CHECK(store.try_lock(key_of("a")));
}

TEST_CASE("a lock that was lost to another is not removed by its former owner") {
  const TempFolder folder;
  Store store(folder / "cache");
  const fs::path path = folder / "cache/locks" / key_of("a");
  auto lock = store.lock(key_of("a"), kNever);
  fs::remove(path);
  write_foreign_lock(path, 0);
  lock.reset();
  CHECK(fs::exists(path));
}

TEST_CASE("an owner that was silent for too long keeps nothing, and leaves its successor's state") {
  const TempFolder folder;
  Store store(folder / "cache");
  const Digest key = key_of("a");
  auto lock = store.lock(key, kNever);
  store.save_checkpoint(array_artifact({1}), *lock);
  // Another machine takes over, and goes on.
  fs::remove(folder / "cache/locks" / key);
  write_foreign_lock(folder / "cache/locks" / key, 0);
  CHECK_THROWS_WITH(
      lock->require_held(),
      Catch::Contains("process 7 on elsewhere, since 2026-01-01T00:00:00Z, took over"));
  CHECK_THROWS_AS(store.save_checkpoint(array_artifact({2}), *lock), LockLost);
  CHECK_THROWS_AS(store.drop_checkpoint(*lock), LockLost);
  CHECK_THROWS_AS(store.save(record_for(key), {{"x", array_artifact({2})}}, *lock), LockLost);
  CHECK_THROWS_AS(store.remove(*lock), LockLost);
  CHECK_FALSE(store.find(key));
  CHECK_FALSE(fs::exists(store.file_of(key)));
  CHECK(same(*store.load_checkpoint(key), array_artifact({1})));
  CHECK(fs::is_empty(folder / "cache/tmp"));
}

TEST_CASE("an owner whose lock somebody cleared away keeps its result, for nobody else has it") {
  const TempFolder folder;
  Store store(folder / "cache");
  const auto lock = store.lock(key_of("a"), kNever);
  fs::remove_all(folder / "cache/locks");
  CHECK_NOTHROW(store.save(record_for(key_of("a")), {{"x", array_artifact({2})}}, *lock));
}

TEST_CASE("what is stored without a lock takes it meanwhile, and says so where it is held") {
  const TempFolder folder;
  Store store(folder / "cache");
  store.save(record_for(key_of("a")), {{"x", array_artifact({1})}});
  const auto lock = store.try_lock(key_of("a"));
  CHECK_THROWS_WITH(store.save(record_for(key_of("a")), {}),
                    Catch::Contains("somebody else computes"));
  CHECK_FALSE(store.remove(key_of("a")));
  CHECK(store.find(key_of("a")));
  CHECK_THROWS_AS(store.save(record_for(key_of("b")), {}, *lock), Error);
}

// A container may have a process of the same number as ours on the same kernel.
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

TEST_CASE("whoever waits for the commit lock hears a cancellation") {
  const TempFolder folder;
  Store store(folder / "cache");
  const Layout layout{folder / "cache"};
  const auto lock = store.lock(key_of("a"), kNever);
  const Pipe there;
  const auto patience = std::exchange(ShortLock::patience, std::chrono::milliseconds(0));
  // As a process that was stopped would.
  Forked holder([&] {
    const ShortLock commit(layout.commit_lock());
    there.send();
    for (;;) pause();
    return true;
  });
  there.receive();
  CHECK_FALSE(ShortLock::try_lock(layout.commit_lock()));
  int asked = 0;
  const auto soon = [&] { return ++asked % 3 == 0; };
  CHECK_THROWS_AS(store.save(record_for(key_of("a")), {}, *lock, soon), Cancelled);
  CHECK_THROWS_AS(store.save_checkpoint(array_artifact({1}), *lock, soon), Cancelled);
  CHECK_THROWS_AS(store.drop_checkpoint(*lock, soon), Cancelled);
  CHECK_THROWS_AS(store.remove(*lock, soon), Cancelled);
  CHECK(asked == 12);
  CHECK_FALSE(store.find(key_of("a")));
  // A dead owner's lock is not taken over meanwhile, nor waited for unheard.
  write_foreign_lock(layout.locks() / key_of("b"), 25 * 3600);
  CHECK_FALSE(store.try_lock(key_of("b")));
  CHECK_FALSE(store.lock(key_of("b"), soon));
  holder.kill_and_wait();
  CHECK_NOTHROW(store.save(record_for(key_of("a")), {}, *lock));
  CHECK(store.try_lock(key_of("b")));
  ShortLock::patience = patience;
}

TEST_CASE("a run that is cancelled keeps what it has though another commits just now") {
  const TempFolder folder;
  Store store(folder / "cache");
  const Layout layout{folder / "cache"};
  const auto lock = store.lock(key_of("a"), kNever);
  auto commit = std::make_optional<ShortLock>(layout.commit_lock());
  std::atomic<bool> saved{false};
  std::thread saver([&] {
    store.save_checkpoint(array_artifact({1}), *lock, [] { return true; });
    saved = true;
  });
  while (fs::is_empty(layout.tmp())) std::this_thread::yield();
  CHECK_FALSE(saved);
  commit.reset();
  saver.join();
  CHECK(store.load_checkpoint(key_of("a")));
}

TEST_CASE("a child that was forked during a commit does not hold up the next") {
  const TempFolder folder;
  const fs::path file = folder / "commit";
  std::optional<ShortLock> commit(std::in_place, file);
  const Pipe there;
  Forked child([&] {
    there.send();
    for (;;) pause();
    return true;
  });
  there.receive();
  CHECK_FALSE(ShortLock::try_lock(file));
  commit.reset();
  CHECK(ShortLock::try_lock(file));
}

TEST_CASE("a process has a name that its children do not have, and a kernel one") {
  CHECK(process_id().size() == 32);
  CHECK(process_id() == process_id());
  CHECK(boot_id().size() == 32);
  const std::string mine = process_id();
  Forked child([&] { return process_id() != mine; });
  CHECK(child.wait() == 0);
}

}  // namespace
}  // namespace pipeline::cache
