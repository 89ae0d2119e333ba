#include "cache/locks.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <ctime>
#include <thread>

#include "cache/identity.h"
#include "support/process.h"
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
  while (!waiting) std::this_thread::sleep_for(1ms);
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
  const auto start = std::chrono::steady_clock::now();
  CHECK(store.lock(key_of("a"), kNever));
  CHECK(std::chrono::steady_clock::now() - start < 2s);
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
  write_file(path, R"({"boot":"00000000","host":"elsewhere","pid":7,"process_start":1,)"
                   R"("since":"2026-01-01T00:00:00Z"})");
  const timespec time{std::time(nullptr) - seconds_ago, 0};
  const timespec times[] = {time, time};
  utimensat(AT_FDCWD, path.c_str(), times, 0);
}

TEST_CASE("another machine's lock holds while it is renewed, and falls to one when it is silent") {
  const TempFolder folder;
  Store store(folder / "cache");
  const fs::path path = folder / "cache/locks" / key_of("a");
  write_foreign_lock(path, 20);
  CHECK(store.is_locked(key_of("a")));
  CHECK_FALSE(store.try_lock(key_of("a")));
  std::string who;
  int asked = 0;
  store.lock(
      key_of("a"), [&] { return ++asked > 1; }, [&](const std::string& holder) { who = holder; });
  CHECK(who == "process 7 on elsewhere, since 2026-01-01T00:00:00Z");

  write_foreign_lock(path, 90);
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
  LockFolder locks(folder / "locks", folder / "tmp", 10ms);
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

TEST_CASE("this process has a start and this kernel a name") {
  CHECK(process_start() > 0);
  CHECK(boot_id().size() == 32);
  const std::int64_t mine = process_start();
  Forked child([&] { return process_start() >= mine; });
  CHECK(child.wait() == 0);
}

}  // namespace
}  // namespace pipeline::cache
