#include <fcntl.h>
#include <sys/stat.h>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <ctime>
#include <functional>
#include <thread>
#include <utility>

#include "cache/locks.h"
#include "cache/store.h"
#include "support/process.h"
#include "unit/cache/foreign_lock.h"
#include "unit/cache/samples.h"

// Locks of other machines, of which nothing but the file can be seen.

namespace pipeline::cache {
namespace {
namespace fs = std::filesystem;
using namespace std::chrono_literals;

using pipeline::testing::TempFolder;
using pipeline::testing::write_file;
using testing::array_artifact;
using testing::key_of;
using testing::record_for;
using testing::same;
using testing::write_foreign_lock;

const auto kNever = [] { return false; };

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
}  // namespace
}  // namespace pipeline::cache
