#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>
#include <utility>

#include "cache/locks.h"
#include "cache/short_lock.h"
#include "cache/store.h"
#include "support/process.h"
#include "unit/cache/foreign_lock.h"
#include "unit/cache/forked.h"
#include "unit/cache/samples.h"

namespace pipeline::cache {
namespace {
namespace fs = std::filesystem;

using pipeline::testing::TempFolder;
using testing::array_artifact;
using testing::Forked;
using testing::key_of;
using testing::Pipe;
using testing::record_for;
using testing::write_foreign_lock;

const auto kNever = [] { return false; };

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

}  // namespace
}  // namespace pipeline::cache
