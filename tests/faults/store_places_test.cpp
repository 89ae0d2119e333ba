#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <functional>

#include "cache/gc.h"
#include "cache/layout.h"
#include "cache/listing.h"
#include "cache/store.h"
#include "cache/verify.h"
#include "faults/store_failing_calls.h"
#include "support/process.h"
#include "unit/cache/forked.h"
#include "unit/cache/samples.h"

// Something else where a file or folder of the cache belongs: it costs its own result alone, is
// named, and makes way.

namespace pipeline::cache {
namespace {
namespace fs = std::filesystem;

using pipeline::testing::read_file;
using pipeline::testing::TempFolder;
using pipeline::testing::write_file;
using testing::array_artifact;
using testing::BadBlock;
using testing::key_of;
using testing::record_for;
using testing::rich_artifact;
using testing::same;

struct Thing {
  const char* name;
  std::function<void(const fs::path&)> make;
};
const std::vector<Thing>& things() {
  static const std::vector<Thing> things = {
      {"an empty folder", [](const fs::path& path) { fs::create_directory(path); }},
      {"a folder", [](const fs::path& path) { write_file(path / "in/it", "somebody's"); }},
      {"a pipe", [](const fs::path& path) { REQUIRE(mkfifo(path.c_str(), 0600) == 0); }},
      {"a socket",
       [](const fs::path& path) {
         // Its name may have 107 bytes at most.
         const fs::path here = fs::current_path();
         fs::current_path(path.parent_path());
         sockaddr_un address{AF_UNIX, "s"};
         const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
         REQUIRE(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
         close(fd);
         fs::rename("s", path);
         fs::current_path(here);
       }},
      {"a link to nowhere", [](const fs::path& path) { fs::create_symlink("nowhere", path); }},
      {"a link to itself", [](const fs::path& path) { fs::create_symlink(path, path); }},
      {"a file of something else", [](const fs::path& path) { write_file(path, "else"); }},
  };
  return things;
}

/// Two results; one is to be hurt.
struct Sample {
  TempFolder folder;
  Layout layout{folder / "cache"};
  Store store{layout.root};
  Digest hurt = key_of("a"), other = key_of("b");
  Artifact x = array_artifact({1, 2, 3});
  Sample() {
    store.save(record_for(hurt), {{"x", x}});
    store.save(record_for(other), {{"x", x}});
  }
  void put(const Thing& thing, const fs::path& path) {
    fs::remove_all(path);
    thing.make(path);
  }
  bool loads(const Digest& key) const {
    const auto record = store.find(key);
    return record && store.has_file(*record) && same(store.load(*record, "x"), x);
  }
  /// All that looks through the cache, which has to come to its end.
  bool tells(const fs::path& path) const {
    list(store);
    plan_gc(store, 1, {});
    for (const std::string& line : verify(store))
      if (line.find(path.string()) != line.npos) return true;
    return false;
  }
};

TEST_CASE("whatever stands in the place of a record or a result, only that is made again") {
  const Thing& thing = GENERATE(from_range(things()));
  CAPTURE(thing.name);
  Sample sample;
  const bool is_record = GENERATE(false, true);
  const fs::path path =
      is_record ? sample.layout.record(sample.hurt) : sample.layout.object(sample.hurt);
  sample.put(thing, path);
  CHECK_FALSE(sample.loads(sample.hurt));
  CHECK(sample.loads(sample.other));
  const bool is_gone = std::string(thing.name) == "a link to nowhere";
  if (is_gone) CHECK_FALSE(sample.store.damage_of(sample.hurt));
  else CHECK_THAT(*sample.store.damage_of(sample.hurt), Catch::Contains(path.string()));
  CHECK((is_gone || sample.tells(path)));
  sample.store.save(record_for(sample.hurt), {{"x", sample.x}});
  CHECK(sample.loads(sample.hurt));
  if (std::string(thing.name) == "a folder")
    CHECK(read_file(path.string() + ".damaged-1/in/it") == "somebody's");
  else CHECK(verify(sample.store).empty());
}

TEST_CASE("what stands in the place of a result goes when that is removed") {
  const Thing& thing = GENERATE(from_range(things()));
  CAPTURE(thing.name);
  Sample sample;
  sample.put(thing, sample.layout.record(sample.hurt));
  sample.put(thing, sample.layout.object(sample.hurt));
  CHECK(sample.store.remove(sample.hurt));
  CHECK_FALSE(fs::exists(fs::symlink_status(sample.layout.record(sample.hurt))));
  CHECK_FALSE(fs::exists(fs::symlink_status(sample.layout.object(sample.hurt))));
  CHECK(sample.loads(sample.other));
}

TEST_CASE("whatever stands in a checkpoint's place, its stage begins anew and keeps its state") {
  const Thing& thing = GENERATE(from_range(things()));
  CAPTURE(thing.name);
  Sample sample;
  const fs::path path = sample.layout.checkpoint(sample.hurt);
  fs::create_directories(path.parent_path());
  sample.put(thing, path);
  std::string why;
  CHECK_FALSE(
      sample.store.load_checkpoint(sample.hurt, [&](const std::string& told) { why = told; }));
  if (std::string(thing.name) != "a link to nowhere") {
    CHECK_THAT(why, Catch::Contains(path.string()));
    CHECK(sample.tells(path));
  }
  sample.store.save_checkpoint(sample.hurt, rich_artifact());
  CHECK(same(*sample.store.load_checkpoint(sample.hurt), rich_artifact()));
  sample.put(thing, path);
  sample.store.drop_checkpoint(sample.hurt);
  CHECK_FALSE(fs::exists(fs::symlink_status(path)));
}

TEST_CASE("whatever stands in the place of a folder of results makes way for them") {
  const Thing& thing = GENERATE(from_range(things()));
  CAPTURE(thing.name);
  Sample sample;
  const fs::path path = sample.layout.object(sample.hurt).parent_path();
  const fs::path records = sample.layout.record(sample.hurt).parent_path();
  sample.put(thing, path);
  sample.put(thing, records);
  CHECK_FALSE(sample.loads(sample.hurt));
  CHECK(sample.loads(sample.other));
  sample.tells(path);
  sample.store.save(record_for(sample.hurt), {{"x", sample.x}});
  CHECK(sample.loads(sample.hurt));
}

TEST_CASE("whatever stands in the place of one of the cache's own folders makes way, and is told") {
  const char* name = GENERATE("tmp", "locks", "objects", "records", "checkpoints", "runs", "pins");
  const Thing& thing = GENERATE(from_range(things()));
  const std::string kind = thing.name;
  CAPTURE(kind, name);
  Sample sample;
  const fs::path path = sample.layout.root / name;
  sample.put(thing, path);
  const auto open_and_save = [&] {
    Store store(sample.layout.root);
    store.save(record_for(key_of("c")), {{"x", sample.x}});
    store.save_checkpoint(key_of("c"), sample.x);
    return store.repairs();
  };
  if (kind.find("link") != kind.npos) {
    // Somebody's choice, for a disk that may come back.
    try {
      const auto repairs = open_and_save();
      CHECK(repairs.empty());
    } catch (const Error& error) {
      CHECK_THAT(error.what(), Catch::Contains(path.string()));
    }
    CHECK(fs::is_symlink(path));
  } else if (kind.find("folder") != kind.npos) {
    CHECK(open_and_save().empty());
  } else {
    const auto repairs = open_and_save();
    REQUIRE(repairs.size() == 1);
    CHECK_THAT(repairs[0], Catch::Contains(path.string()) && Catch::Contains("moved aside"));
    CHECK(fs::exists(fs::symlink_status(path.string() + ".damaged-1")));
  }
}

TEST_CASE("a damaged format.json of what is evidently a cache is written anew") {
  Sample sample;
  const fs::path format = sample.layout.format();
  const std::string intact = read_file(format);
  const auto mends = [&] {
    Store store(sample.layout.root);
    REQUIRE(store.repairs().size() == 1);
    CHECK_THAT(store.repairs()[0],
               Catch::Contains(format.string()) && Catch::Contains("written anew"));
    CHECK(read_file(format) == intact);
    CHECK(Store(sample.layout.root).repairs().empty());
    return sample.loads(sample.hurt);
  };
  for (const char* text : {"", "{", "{\"pipeline_cachd\":1}\n", "\xff\xfe", "null", "[1]"}) {
    CAPTURE(text);
    write_file(format, text);
    CHECK(mends());
  }
  for (const Thing& thing : things()) {
    CAPTURE(thing.name);
    sample.put(thing, format);
    if (std::string(thing.name) == "a link to nowhere") {
      CHECK(Store(sample.layout.root).repairs().empty());
      CHECK(read_file(format) == intact);
    } else {
      CHECK(mends());
    }
  }
  const BadBlock bad(format);
  Store store(sample.layout.root);
  REQUIRE(store.repairs().size() == 1);
  CHECK_THAT(store.repairs()[0], Catch::Contains("Input/output error"));
}

TEST_CASE("a damaged format.json in a folder of other things is refused, and nothing changed") {
  const TempFolder folder;
  const fs::path root = folder / "cache";
  write_file(root / "format.json", "{");
  const auto refused = [&] {
    CHECK_THROWS_WITH(Store(root), Catch::Contains("does not say which format") &&
                                       Catch::Contains("write the line {\"pipeline_cache\":1}") &&
                                       !Catch::Contains("remove"));
    CHECK(read_file(root / "format.json") == "{");
  };
  refused();
  write_file(root / "thesis.tex", "text");
  fs::create_directory(root / "records");
  refused();
  CHECK(std::distance(fs::directory_iterator(root), {}) == 3);
}

TEST_CASE("a record that a disk does not give is named, made again, and costs no other") {
  Sample sample;
  const fs::path path = sample.layout.record(sample.hurt);
  {
    const BadBlock bad(path);
    CHECK_FALSE(sample.store.find(sample.hurt));
    CHECK_THAT(*sample.store.damage_of(sample.hurt),
               Catch::Contains(path.string()) && Catch::Contains("Input/output error"));
    CHECK(sample.tells(path));
    CHECK(list(sample.store).size() == 1);
  }
  sample.store.save(record_for(sample.hurt), {{"x", sample.x}});
  CHECK(verify(sample.store).empty());
}

}  // namespace
}  // namespace pipeline::cache
