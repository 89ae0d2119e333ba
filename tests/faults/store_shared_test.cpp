#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <functional>

#include "cache/gc.h"
#include "cache/layout.h"
#include "cache/listing.h"
#include "cache/short_lock.h"
#include "cache/store.h"
#include "cache/verify.h"
#include "faults/store_failing_calls.h"
#include "support/process.h"
#include "unit/cache/forked.h"
#include "unit/cache/samples.h"

// A cache that several users share, or that lies on a network's file system.

namespace pipeline::cache {
namespace {
namespace fs = std::filesystem;

using pipeline::testing::TempFolder;
using pipeline::testing::write_file;
using testing::array_artifact;
using testing::Forked;
using testing::key_of;
using testing::LocksNeedWriting;
using testing::record_for;
using testing::same;

/// True where `work`, done by a user of that number, is. (Where the tests' own user has no right to
/// be another, it does the work.)
bool as_user(uid_t user, const std::function<bool()>& work) {
  return Forked([&] {
           if (geteuid() == 0 && (setegid(user) != 0 || seteuid(user) != 0)) return false;
           umask(022);
           return work();
         }).wait() == 0;
}
constexpr uid_t kAnn = 60001, kBob = 60002;

template <class Work>
std::string message_of(Work work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// An empty folder that anybody may write to.
struct Shared {
  TempFolder folder;
  fs::path root = folder / "cache";
  Layout layout{root};
  Shared() {
    fs::permissions(folder.path(), fs::perms(0755));
    fs::create_directory(root);
    fs::permissions(root, fs::perms(0777));
  }
};

/// A key of the same folder as `key`.
Digest neighbour_of(const Digest& key) { return key.substr(0, 2) + key_of("other").substr(2); }

TEST_CASE("who may write to a cache's folder goes on with what others have made, on any disk") {
  const Shared shared;
  const bool over_network = GENERATE(false, true);
  const auto run = [&](float value) {
    return [&, value] {
      const auto nfs = over_network ? std::make_unique<LocksNeedWriting>() : nullptr;
      Store store(shared.root);
      const Digest own = key_of(std::to_string(value));
      for (const Digest& key : {key_of("a"), neighbour_of(key_of("a")), own}) {
        const auto lock = store.lock(key, {});
        store.save_checkpoint(array_artifact({value}), *lock);
        if (!same(*store.load_checkpoint(key), array_artifact({value}))) return false;
        store.save(record_for(key), {{"x", array_artifact({value})}}, *lock);
        if (!same(store.load(*store.find(key), "x"), array_artifact({value}))) return false;
      }
      return store.remove(own) && verify(store).empty();
    };
  };
  CHECK(as_user(kAnn, run(1)));
  CHECK(as_user(kBob, run(2)));
  CHECK(as_user(kAnn, run(3)));
}

TEST_CASE("who cannot store a result is told before it is computed") {
  const Shared shared;
  CHECK(as_user(kAnn, [&] {
    Store(shared.root).save(record_for(key_of("a")), {});
    fs::permissions(shared.layout.object(key_of("a")).parent_path(), fs::perms(0755));
    return true;
  }));
  CHECK(as_user(kBob, [&] {
    if (geteuid() != kBob) return true;
    Store store(shared.root);
    const auto told = message_of([&] { store.lock(neighbour_of(key_of("a")), {}); });
    return told.find(shared.layout.object(key_of("a")).parent_path().string()) != told.npos &&
           told.find("Permission denied") != told.npos && store.lock(key_of("b"), {});
  }));
}

TEST_CASE("a record that we may not read costs its own result alone") {
  const Shared shared;
  CHECK(as_user(kAnn, [&] {
    Store store(shared.root);
    for (const char* name : {"a", "b"}) store.save(record_for(key_of(name)), {});
    fs::permissions(shared.layout.record(key_of("a")), fs::perms(0));
    return true;
  }));
  CHECK(as_user(kBob, [&] {
    if (geteuid() != kBob) return true;
    Store store(shared.root);
    if (store.find(key_of("a")) || !store.find(key_of("b")) || list(store).size() != 1)
      return false;
    plan_gc(store, 1, {});
    const auto problems = verify(store);
    if (problems.size() != 1 || problems[0].find("Permission denied") == std::string::npos)
      return false;
    if (!store.damage_of(key_of("a"))) return false;
    store.save(record_for(key_of("a")), {});
    return store.find(key_of("a")).has_value() && verify(store).empty();
  }));
}

TEST_CASE("a folder that we may not read costs its own results alone, and is named") {
  const Shared shared;
  const fs::path closed = shared.layout.record(key_of("a")).parent_path();
  CHECK(as_user(kAnn, [&] {
    Store store(shared.root);
    for (const char* name : {"a", "b"}) store.save(record_for(key_of(name)), {});
    fs::permissions(closed, fs::perms(0));
    return true;
  }));
  CHECK(as_user(kBob, [&] {
    if (geteuid() != kBob) return true;
    Store store(shared.root);
    if (store.find(key_of("a")) || list(store).size() != 1) return false;
    plan_gc(store, 1, {});
    for (const std::string& line : verify(store))
      if (line.find(closed.string()) != line.npos && line.find("Permission denied") != line.npos)
        return true;
    return false;
  }));
  fs::permissions(closed, fs::perms(0755));
}

// As where a cache of another user's lies on NFS, whose locks want files that one may write to.
TEST_CASE(
    "where others' files cannot be locked, they are neither taken for dead nor an end to gc") {
  const Shared shared;
  const Digest key = key_of("a");
  CHECK(as_user(kAnn, [&] {
    Store store(shared.root);
    for (const fs::path& file : {shared.layout.locks() / key, shared.layout.tmp() / "foreign-1"}) {
      write_file(file, "somebody's");
      fs::permissions(file, fs::perms(0644));
    }
    return true;
  }));
  CHECK(as_user(kBob, [&] {
    if (geteuid() != kBob) return true;
    const LocksNeedWriting nfs;
    Store store(shared.root);
    const bool held = store.is_locked(key) && !store.try_lock(key);
    collect(store, plan_gc(store, 1, {}));
    return held && fs::exists(shared.layout.locks() / key) &&
           fs::exists(shared.layout.tmp() / "foreign-1");
  }));
}

TEST_CASE("the own files that a killed run left are swept where locks want writing, too") {
  const Shared shared;
  const LocksNeedWriting nfs;
  Forked([&] {
    Store store(shared.root);
    auto* file = new TempFile(shared.layout.tmp());
    file->write(0, "x", 1);
    kill(getpid(), SIGKILL);
    return true;
  }).wait();
  CHECK_FALSE(fs::is_empty(shared.layout.tmp()));
  Store store(shared.root);
  CHECK(fs::is_empty(shared.layout.tmp()));
}

}  // namespace
}  // namespace pipeline::cache
