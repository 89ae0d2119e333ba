#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstring>
#include <set>

#include "cache/gc.h"
#include "cache/pins.h"
#include "cache/store.h"
#include "faults/store_failing_calls.h"
#include "support/process.h"
#include "unit/cache/forked.h"
#include "unit/cache/samples.h"

// gc tells what it has done, not what it meant to do.

namespace pipeline::cache {
namespace {
namespace fs = std::filesystem;

using pipeline::testing::TempFolder;
using pipeline::testing::write_file;
using testing::array_artifact;
using testing::CannotRemove;
using testing::Forked;
using testing::key_of;
using testing::record_for;

struct Sample {
  TempFolder folder;
  Store store{folder / "cache"};
  Layout layout{store.root()};
  Sample() {
    for (const char* name : {"a", "b", "c"})
      store.save(record_for(key_of(name)), {{"x", array_artifact({1, 2, 3})}});
  }
  std::uint64_t bytes_of(const std::string& name) const {
    return fs::file_size(store.file_of(key_of(name)));
  }
  bool has(const std::string& name) const { return fs::exists(store.file_of(key_of(name))); }
};

std::set<Digest> keys_of(const std::vector<GcPlan::Item>& items) {
  std::set<Digest> keys;
  for (const GcPlan::Item& item : items) keys.insert(item.record.key);
  return keys;
}

TEST_CASE("a file that gc cannot remove stays and is told with the reason, and all else goes") {
  Sample sample;
  const int error = GENERATE(EACCES, EBUSY, EIO, EROFS);
  const GcPlan plan = plan_gc(sample.store, 0, {});
  REQUIRE(plan.items.size() == 3);
  const std::uint64_t bytes = sample.bytes_of("a") + sample.bytes_of("c");
  const fs::path file = sample.store.file_of(key_of("b"));
  const CannotRemove stuck(file.filename(), error);
  const Collected done = collect(sample.store, plan);
  CHECK(keys_of(done.gone.items) == std::set<Digest>{key_of("a"), key_of("c")});
  CHECK(done.gone.bytes == bytes);
  CHECK(done.failed == 1);
  CHECK(done.needed == 0);
  REQUIRE(done.problems.size() == 1);
  CHECK_THAT(done.problems[0],
             Catch::StartsWith("cannot remove '" + file.string() + "': " + strerror(error)));
  CHECK_FALSE(sample.has("a"));
  CHECK(sample.has("b"));
  CHECK_FALSE(sample.has("c"));
}

TEST_CASE("a record stays with the file that gc cannot remove, and both count as left") {
  Sample sample;
  const GcPlan plan = plan_gc(sample.store, 0, 0);
  REQUIRE(plan.records.size() == 3);
  const CannotRemove stuck(sample.store.file_of(key_of("b")).filename(), EIO);
  const Collected done = collect(sample.store, plan);
  CHECK(done.failed == 2);
  CHECK(done.problems.size() == 1);
  CHECK(keys_of(done.gone.records) == std::set<Digest>{key_of("a"), key_of("c")});
  CHECK(sample.store.find(key_of("b")));
}

TEST_CASE("what is needed by now stays, and counts as no failure") {
  Sample sample;
  const GcPlan plan = plan_gc(sample.store, 0, {});
  pin(sample.store, key_of("a"));
  const auto lock = sample.store.lock(key_of("b"), {});
  const Collected done = collect(sample.store, plan);
  CHECK(done.needed == 2);
  CHECK(done.failed == 0);
  CHECK(done.problems.empty());
  CHECK(keys_of(done.gone.items) == std::set<Digest>{key_of("c")});
}

TEST_CASE("what somebody else has removed since is not told to have been removed here") {
  Sample sample;
  const GcPlan plan = plan_gc(sample.store, 0, {});
  collect(sample.store, plan);
  const Collected again = collect(sample.store, plan);
  CHECK(again.gone.items.empty());
  CHECK(again.gone.bytes == 0);
  CHECK(again.failed == 0);
}

TEST_CASE("a leftover that gc cannot remove is told, and the others go") {
  Sample sample;
  for (const char* name : {"x", "y"})
    write_file(sample.layout.object(key_of(name)), "of a run that was killed");
  const GcPlan plan = plan_gc(sample.store, 9, {});
  REQUIRE(plan.leftovers.size() == 2);
  const CannotRemove stuck(sample.layout.object(key_of("x")).filename(), EACCES);
  const Collected done = collect(sample.store, plan);
  CHECK(done.gone.leftovers == std::vector<fs::path>{sample.layout.object(key_of("y"))});
  CHECK(done.failed == 1);
  CHECK_THAT(done.problems.at(0), Catch::Contains(sample.layout.object(key_of("x")).string()));
}

TEST_CASE("a folder that gc cannot open is no folder that is empty") {
  Sample sample;
  const GcPlan plan = plan_gc(sample.store, 0, {});
  const fs::path folder = sample.store.file_of(key_of("a")).parent_path();
  fs::permissions(sample.folder.path(), fs::perms(0755));
  for (const auto& entry : fs::recursive_directory_iterator(sample.store.root()))
    fs::permissions(entry, entry.is_directory() ? fs::perms(0777) : fs::perms(0666));
  fs::permissions(folder, fs::perms(0));
  const bool told = Forked([&] {  // root may open everything
                      if (geteuid() == 0 && (setegid(60002) != 0 || seteuid(60002) != 0))
                        return false;
                      const Collected done = collect(sample.store, plan);
                      return done.failed == 1 && done.gone.items.size() == 2 &&
                             done.problems.at(0).find("Permission denied") != std::string::npos;
                    })
                        .wait() == 0;
  fs::permissions(folder, fs::perms(0755));
  CHECK(told);
  CHECK(sample.has("a"));
}

TEST_CASE("the plan names nothing that gc would leave in any case") {
  Sample sample;
  write_file(sample.layout.tmp() / "letter.txt", "precious");
  const timespec times[] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
  utimensat(AT_FDCWD, (sample.layout.tmp() / "letter.txt").c_str(), times, 0);
  write_file(sample.layout.object(key_of("z")) / "notes", "in a folder in a file's place");
  CHECK(plan_gc(sample.store, 9, {}).leftovers.empty());
}

}  // namespace
}  // namespace pipeline::cache
