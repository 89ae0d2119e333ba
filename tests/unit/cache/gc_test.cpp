#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <ctime>
#include <fstream>
#include <set>

#include "cache/gc.h"
#include "cache/listing.h"
#include "cache/pins.h"
#include "cache/runs.h"
#include "cache/store.h"
#include "cache/verify.h"
#include "support/process.h"
#include "unit/cache/forked.h"
#include "unit/cache/samples.h"

namespace pipeline::cache {
namespace {
namespace fs = std::filesystem;

using pipeline::testing::TempFolder;
using pipeline::testing::write_file;
using testing::array_artifact;
using testing::key_of;
using testing::record_for;

Artifact kilobytes(int n) { return array_artifact(std::vector<float>(std::size_t(n) * 256)); }

void set_last_use(const Store& store, const Digest& key, std::time_t seconds) {
  const fs::path path = store.root() / "records" / key.substr(0, 2) / (key + ".json");
  const timespec times[] = {{seconds, 0}, {seconds, 0}};
  REQUIRE(utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
}

std::set<Digest> keys_of(const GcPlan& plan) {
  std::set<Digest> keys;
  for (const GcPlan::Item& item : plan.items) keys.insert(item.record.key);
  return keys;
}

RunRecord run_of(const std::string& pipeline, int number, const std::string& key) {
  return {pipeline,
          "2026-01-01T00:00:0" + std::to_string(number) + ".000000Z",
          pipeline + ".yaml",
          {{"fit", key_of(key)}}};
}

TEST_CASE("the newest run of a pipeline is the last one") {
  const TempFolder folder;
  Store store(folder / "cache");
  CHECK_FALSE(last_run(store, "vae"));
  save_run(store, run_of("vae", 2, "b"));
  save_run(store, run_of("vae", 1, "a"));
  save_run(store, run_of("other", 3, "c"));
  const auto last = last_run(store, "vae");
  REQUIRE(last);
  CHECK(last->pipeline == "vae");
  CHECK(last->started == "2026-01-01T00:00:02.000000Z");
  CHECK(last->file == "vae.yaml");
  CHECK(last->keys == std::map<std::string, Digest>{{"fit", key_of("b")}});
  RunRecord more = run_of("vae", 2, "b");
  more.keys["embed"] = key_of("d");
  save_run(store, more);
  CHECK(last_run(store, "vae")->keys.size() == 2);
}

TEST_CASE("a pipeline may have any name") {
  const TempFolder folder;
  Store store(folder / "cache");
  const std::vector<std::string> names = {"a/b",
                                          "..",
                                          ".",
                                          "",
                                          "ä b",
                                          "a%2fb",
                                          ".hidden",
                                          std::string(500, 'x'),
                                          std::string("a\0b", 3)};
  std::set<std::string> files;
  for (std::size_t i = 0; i < names.size(); ++i) {
    files.insert(file_name_for(names[i]));
    save_run(store, run_of(names[i], 1, std::to_string(i)));
  }
  CHECK(files.size() == names.size());
  for (std::size_t i = 0; i < names.size(); ++i)
    CHECK(last_run(store, names[i])->keys.at("fit") == key_of(std::to_string(i)));
  CHECK(verify(store).empty());
}

TEST_CASE("a damaged run is passed over, and the oldest are forgotten") {
  const TempFolder folder;
  Store store(folder / "cache");
  for (int i = 0; i < int(kKeptRuns) + 5; ++i) {
    RunRecord run = run_of("vae", 0, "a");
    run.started = "2026-01-01T00:00:00." + std::to_string(100000 + i) + "Z";
    save_run(store, run);
  }
  const auto files = run_files(folder / "cache/runs/vae");
  CHECK(files.size() == kKeptRuns);
  write_file(files[0], "{}");
  CHECK(last_run(store, "vae")->started == "2026-01-01T00:00:00.100103Z");
}

TEST_CASE("gc takes what the last runs and the pins do not reach") {
  const TempFolder folder;
  Store store(folder / "cache");
  for (const char* name : {"a", "b", "c", "d", "e"})
    store.save(record_for(key_of(name)), {{"x", kilobytes(1)}});
  save_run(store, run_of("vae", 1, "a"));
  save_run(store, run_of("vae", 2, "b"));
  save_run(store, run_of("vae", 3, "c"));
  save_run(store, run_of("other", 1, "d"));

  CHECK(keys_of(plan_gc(store, 2, {})) == std::set<Digest>{key_of("a"), key_of("e")});
  CHECK(keys_of(plan_gc(store, 9, {})) == std::set<Digest>{key_of("e")});
  pin(store, key_of("e"));
  CHECK(pins(store) == std::vector<Digest>{key_of("e")});
  const GcPlan plan = plan_gc(store, 1, {});
  CHECK(keys_of(plan) == std::set<Digest>{key_of("a"), key_of("b")});
  CHECK(plan.bytes == plan.items[0].bytes + plan.items[1].bytes);
  CHECK(plan.items[0].bytes > 1024);
  CHECK(list(store).size() == 5);
  collect(store, plan);
  CHECK(list(store).size() == 3);
  CHECK_FALSE(store.find(key_of("a")));
  CHECK_FALSE(fs::exists(store.file_of(key_of("a"))));
  CHECK(store.has_file(*store.find(key_of("c"))));
  unpin(store, key_of("e"));
  CHECK_THROWS_WITH(unpin(store, key_of("e")), Catch::Contains("is not pinned"));
  collect(store, plan_gc(store, 0, {}));
  CHECK(list(store).empty());
  CHECK(verify(store).empty());
}

TEST_CASE("with a size limit, the least recently used go first and only until the cache fits") {
  const TempFolder folder;
  Store store(folder / "cache");
  std::uint64_t total = 0;
  const std::vector<std::string> names = {"a", "b", "c", "d"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    store.save(record_for(key_of(names[i])), {{"x", kilobytes(100)}});
    set_last_use(store, key_of(names[i]), 1'700'000'000 + std::time_t((i * 3) % 4) * 1000);
  }
  for (const GcPlan::Item& item : plan_gc(store, 0, {}).items) total += item.bytes;
  const auto planned = [&](std::uint64_t limit) { return keys_of(plan_gc(store, 0, limit)); };
  // Last used in the order a, d, c, b.
  CHECK(planned(total).empty());
  CHECK(planned(total - 1) == std::set<Digest>{key_of("a")});
  CHECK(planned(total / 2 + 1000) == std::set<Digest>{key_of("a"), key_of("d")});
  CHECK(planned(0).size() == 4);
  CHECK(plan_gc(store, 0, total - 1).items[0].last_used == "2023-11-14T22:13:20.000000Z");
}

TEST_CASE("a run and a load count as uses") {
  const TempFolder folder;
  Store store(folder / "cache");
  for (const char* name : {"a", "b", "c"}) {
    store.save(record_for(key_of(name)), {{"x", kilobytes(1)}});
    set_last_use(store, key_of(name), 1'700'000'000);
  }
  const GcPlan plan = plan_gc(store, 0, {});
  CHECK(plan.items.size() == 3);
  save_run(store, run_of("vae", 1, "a"));
  store.load(*store.find(key_of("b")), "x");
  collect(store, plan);
  CHECK(store.find(key_of("a")));
  CHECK(store.find(key_of("b")));
  CHECK_FALSE(store.find(key_of("c")));
}

TEST_CASE("gc leaves what somebody computes, even if that began after the plan") {
  const TempFolder folder;
  Store store(folder / "cache");
  for (const char* name : {"a", "b"}) store.save(record_for(key_of(name)), {{"x", kilobytes(1)}});
  const auto a = store.lock(key_of("a"), {});
  const GcPlan plan = plan_gc(store, 0, {});
  CHECK(keys_of(plan) == std::set<Digest>{key_of("b")});
  const auto b = store.lock(key_of("b"), {});
  collect(store, plan);
  CHECK(list(store).size() == 2);
}

TEST_CASE("gc takes leftovers and nothing that lives") {
  const TempFolder folder;
  const fs::path root = folder / "cache";
  Store store(root);
  store.save(record_for(key_of("a")), {{"x", kilobytes(1)}});
  store.save_checkpoint(key_of("a"), kilobytes(1));  // has a result
  store.save_checkpoint(key_of("b"), kilobytes(1));  // somebody may go on with it
  store.save_checkpoint(key_of("c"), kilobytes(1));  // nobody did for a month
  const timespec old[] = {{1'700'000'000, 0}, {1'700'000'000, 0}};
  utimensat(AT_FDCWD, (root / "checkpoints" / (key_of("c") + ".h5")).c_str(), old, 0);
  store.save(record_for(key_of("d")), {{"x", kilobytes(1)}});
  const fs::path record_of_d =
      root / "records" / key_of("d").substr(0, 2) / (key_of("d") + ".json");
  fs::remove(record_of_d);  // as if killed between file and record
  store.save(record_for(key_of("e")), {{"x", kilobytes(1)}});
  const fs::path record_of_e =
      root / "records" / key_of("e").substr(0, 2) / (key_of("e") + ".json");
  write_file(record_of_e, "damaged");
  testing::Forked([&] {
    Store other(root);
    const auto lock = other.lock(key_of("f"), {});
    kill(getpid(), SIGKILL);
    return true;
  }).wait();
  pin(store, key_of("a"));

  const GcPlan plan = plan_gc(store, 0, {});
  CHECK(plan.items.empty());
  CHECK(plan.leftovers.size() == 6);
  CHECK(plan.bytes > 4 * 1024);
  collect(store, plan);
  CHECK(store.has_file(*store.find(key_of("a"))));
  CHECK_FALSE(store.load_checkpoint(key_of("a")));
  CHECK(store.load_checkpoint(key_of("b")));
  CHECK_FALSE(store.load_checkpoint(key_of("c")));
  CHECK_FALSE(fs::exists(store.file_of(key_of("d"))));
  CHECK_FALSE(fs::exists(store.file_of(key_of("e"))));
  CHECK_FALSE(fs::exists(record_of_e));
  CHECK_FALSE(fs::exists(root / "locks" / key_of("f")));
  CHECK(plan_gc(store, 0, {}).leftovers.empty());
  CHECK(verify(store).empty());
}

TEST_CASE("results are listed newest first") {
  const TempFolder folder;
  Store store(folder / "cache");
  CHECK(list(store).empty());
  store.save(record_for(key_of("a")), {});
  set_last_use(store, key_of("a"), 1'700'000'000);
  const auto entries = list(store);
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].record.key == key_of("a"));
  CHECK(entries[0].last_used == "2023-11-14T22:13:20.000000Z");
  CHECK(entries[0].record.created.size() == 27);
}

}  // namespace
}  // namespace pipeline::cache
