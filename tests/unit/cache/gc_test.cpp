#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <ctime>
#include <fstream>
#include <set>

#include "cache/gc.h"
#include "cache/listing.h"
#include "cache/pins.h"
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
using testing::finish_run;
using testing::key_of;
using testing::record_for;

Artifact kilobytes(int n) { return array_artifact(std::vector<float>(std::size_t(n) * 256)); }

void set_last_use(const Store& store, const Digest& key, std::time_t seconds) {
  const fs::path path = store.root() / "records" / key.substr(0, 2) / (key + ".json");
  const timespec times[] = {{seconds, 0}, {seconds, 0}};
  REQUIRE(utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
}

std::set<Digest> keys_of(const std::vector<GcPlan::Item>& items) {
  std::set<Digest> keys;
  for (const GcPlan::Item& item : items) keys.insert(item.record.key);
  return keys;
}
std::set<Digest> keys_of(const GcPlan& plan) { return keys_of(plan.items); }

bool has_file(const Store& store, const std::string& name) {
  return fs::exists(store.file_of(key_of(name)));
}

TEST_CASE("gc takes what the last runs and the pins do not reach") {
  const TempFolder folder;
  Store store(folder / "cache");
  for (const char* name : {"a", "b", "c", "d", "e"})
    store.save(record_for(key_of(name)), {{"x", kilobytes(1)}});
  finish_run(store, "vae", {{"fit", key_of("a")}});
  finish_run(store, "vae", {{"fit", key_of("b")}});
  finish_run(store, "vae", {{"fit", key_of("c")}});
  finish_run(store, "other", {{"fit", key_of("d")}});

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
  CHECK_FALSE(has_file(store, "a"));
  CHECK_FALSE(has_file(store, "b"));
  for (const char* name : {"c", "d", "e"}) CHECK(store.has_file(*store.find(key_of(name))));
  unpin(store, key_of("e"));
  CHECK_THROWS_WITH(unpin(store, key_of("e")), Catch::Contains("is not pinned"));
  collect(store, plan_gc(store, 0, {}));
  for (const Entry& entry : list(store)) CHECK_FALSE(entry.has_file);
  CHECK(verify(store).empty());
}

TEST_CASE("records outlive their files, up to a size; what was reached longest ago goes first") {
  const TempFolder folder;
  Store store(folder / "cache");
  for (const char* name : {"a", "b", "c", "kept"}) {
    store.save(record_for(key_of(name)), {{"x", kilobytes(100)}});
    set_last_use(store, key_of(name), 1'700'000'000);
  }
  const Record before = *store.find(key_of("a"));
  finish_run(store, "vae", {{"fit", key_of("b")}});
  finish_run(store, "vae", {{"fit", key_of("a")}});
  finish_run(store, "vae", {{"fit", key_of("kept")}});
  const GcPlan plan = plan_gc(store, 1, {});
  CHECK(keys_of(plan) == std::set<Digest>{key_of("a"), key_of("b"), key_of("c")});
  CHECK(plan.records.empty());
  collect(store, plan);
  CHECK(list(store).size() == 4);
  CHECK(store.find(key_of("a"))->outputs.at("x").digest == before.outputs.at("x").digest);
  CHECK_THROWS_AS(store.load(before, "x"), Damaged);
  CHECK(verify(store).empty());
  CHECK(plan_gc(store, 1, {}).items.empty());

  const std::uint64_t record_bytes =
      fs::file_size(folder / "cache/records" / key_of("a").substr(0, 2) / (key_of("a") + ".json"));
  const auto records = [&](std::uint64_t limit) {
    return keys_of(plan_gc(store, 1, {}, limit).records);
  };
  CHECK(records(4 * record_bytes).empty());
  CHECK(records(2 * record_bytes + 50) == std::set<Digest>{key_of("c")});
  CHECK(records(record_bytes + 50) == std::set<Digest>{key_of("c"), key_of("b")});
  collect(store, plan_gc(store, 1, {}, 0));
  CHECK(list(store).size() == 1);
  CHECK(has_file(store, "kept"));
  CHECK(verify(store).empty());
}

TEST_CASE("a result that is made again has its file again, beside the record that stayed") {
  const TempFolder folder;
  Store store(folder / "cache");
  const auto outputs = std::map<std::string, Artifact>{{"x", kilobytes(1)}};
  const Digest digest = store.save(record_for(key_of("a")), outputs).outputs.at("x").digest;
  collect(store, plan_gc(store, 0, {}));
  CHECK_FALSE(store.has_file(*store.find(key_of("a"))));
  store.save(record_for(key_of("a")), outputs);
  CHECK(store.has_file(*store.find(key_of("a"))));
  CHECK(store.find(key_of("a"))->outputs.at("x").digest == digest);
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
  for (const auto& entry : fs::recursive_directory_iterator(folder / "cache"))
    if (entry.is_regular_file() && entry.file_size() > 100) total += entry.file_size();
  const auto planned = [&](std::uint64_t limit) { return keys_of(plan_gc(store, 0, limit)); };
  // Last used in the order a, d, c, b.
  CHECK(planned(total).empty());
  CHECK(planned(total - 1) == std::set<Digest>{key_of("a")});
  CHECK(planned(total / 2 + 10'000) == std::set<Digest>{key_of("a"), key_of("d")});
  CHECK(planned(0).size() == 4);
  CHECK(plan_gc(store, 0, 0).records.size() == 4);
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
  finish_run(store, "vae", {{"fit", key_of("a")}});
  store.load(*store.find(key_of("b")), "x");
  collect(store, plan);
  CHECK(has_file(store, "a"));
  CHECK(has_file(store, "b"));
  CHECK_FALSE(has_file(store, "c"));
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
  CHECK(has_file(store, "a"));
  CHECK(has_file(store, "b"));
}

TEST_CASE("gc takes what is no file in the places of results that nothing reaches") {
  const TempFolder folder;
  Store store(folder / "cache");
  const auto put = [](const fs::path& path, const std::string& kind) {
    REQUIRE(fs::remove(path));
    if (kind == "folder") fs::create_directory(path);
    else if (kind == "pipe") REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    else write_file(path, "");
  };
  for (const char* kind : {"folder", "pipe", "empty"}) {
    const Digest object = key_of(kind), record = key_of(std::string("record: ") + kind);
    for (const Digest& key : {object, record}) store.save(record_for(key), {{"x", kilobytes(1)}});
    put(store.file_of(object), kind);
    put(folder / "cache/records" / record.substr(0, 2) / (record + ".json"), kind);
  }
  CHECK_FALSE(verify(store).empty());
  collect(store, plan_gc(store, 0, {}));
  CHECK(verify(store) == std::vector<std::string>());
}

TEST_CASE("gc neither takes links in places of files nor says so") {
  const TempFolder folder;
  const fs::path root = folder / "cache";
  Store store(root);
  for (const char* name : {"broken", "elsewhere"})
    store.save(record_for(key_of(name)), {{"x", kilobytes(1)}});
  const Digest no_record = key_of("no record"), checkpoint = key_of("checkpoint");
  const fs::path broken = store.file_of(key_of("broken"));
  const fs::path elsewhere = store.file_of(key_of("elsewhere"));
  fs::rename(elsewhere, folder / "large disk");
  REQUIRE(fs::remove(broken));
  const fs::path links[] = {broken, elsewhere, store.file_of(no_record),
                            root / "checkpoints" / (checkpoint + ".h5"),
                            root / "locks" / no_record};
  for (const fs::path& link : links) {
    fs::create_directories(link.parent_path());
    fs::create_symlink(link == elsewhere ? folder / "large disk" : folder / "nowhere", link);
  }
  const GcPlan plan = plan_gc(store, 0, {}, 0);
  CHECK(keys_of(plan).empty());
  CHECK(keys_of(plan.records).empty());
  CHECK(plan.leftovers.empty());
  CHECK(plan.bytes == 0);
  collect(store, plan);
  for (const fs::path& link : links) CHECK(fs::is_symlink(link));
  CHECK(store.has_file(*store.find(key_of("elsewhere"))));
}

TEST_CASE("gc takes leftovers and nothing that lives") {
  const TempFolder folder;
  const fs::path root = folder / "cache";
  Store store(root);
  store.save(record_for(key_of("a")), {{"x", kilobytes(1)}});
  store.save_checkpoint(key_of("a"), kilobytes(1));  // has a result
  store.save_checkpoint(key_of("b"), kilobytes(1));  // the last run may go on with it
  store.save_checkpoint(key_of("c"), kilobytes(1));  // no run does
  {
    ActiveRun interrupted(store, {"vae", "", "vae.yaml"});
    interrupted.reach(key_of("b"));
    interrupted.save();
  }
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

  const GcPlan plan = plan_gc(store, 1, {});
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
  CHECK(plan_gc(store, 1, {}).leftovers.empty());
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
