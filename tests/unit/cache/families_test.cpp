#include "cache/families.h"

#include <catch2/catch.hpp>

#include "cache/gc.h"
#include "cache/listing.h"
#include "cache/pins.h"
#include "cache/verify.h"
#include "support/process.h"
#include "unit/cache/samples.h"

namespace pipeline::cache {
namespace {
namespace fs = std::filesystem;

using pipeline::testing::read_file;
using pipeline::testing::TempFolder;
using pipeline::testing::write_file;
using testing::array_artifact;
using testing::finish_run;
using testing::key_of;
using testing::record_for;
using testing::same;

const Digest kFamily = key_of("family");

Digest key_for(int epochs) { return key_of("epochs=" + std::to_string(epochs)); }
Artifact state_after(int epochs) { return array_artifact({float(epochs)}); }

/// As a run does it: a checkpoint, and then the result.
Record save(Store& store, int epochs) {
  const Digest key = key_for(epochs);
  store.save_checkpoint(key, state_after(epochs));
  Record record = record_for(key);
  record.extendable = Extendable{"epochs", epochs, kFamily};
  return store.save(record, {{"x", array_artifact({float(epochs)})}});
}

std::vector<std::int64_t> values_below(const Store& store, int epochs) {
  std::vector<std::int64_t> values;
  for (const Member& member : store.members_below({"epochs", epochs, kFamily})) {
    CHECK(member.key == key_for(int(member.value)));
    values.push_back(member.value);
  }
  return values;
}

fs::path family_folder(const Store& store) { return Layout{store.root()}.family(kFamily); }

using Values = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("the last checkpoint of a result that can be extended is its end state") {
  const TempFolder folder;
  Store store(folder / "cache");
  const Record saved = save(store, 50);
  const auto found = store.find(key_for(50));
  REQUIRE(found);
  REQUIRE(found->extendable);
  CHECK(found->extendable->parameter == "epochs");
  CHECK(found->extendable->value == 50);
  CHECK(found->extendable->family == kFamily);
  CHECK_FALSE(store.has_checkpoint(key_for(50)));
  CHECK(same(*store.load_end_state(key_for(50)), state_after(50)));
  CHECK(list(store).at(0).state_bytes == store.end_state_bytes(key_for(50)));
  CHECK(store.end_state_bytes(key_for(50)) ==
        fs::file_size(Layout{store.root()}.state(key_for(50))));
  CHECK(verify(store).empty());
}

TEST_CASE("any other result's checkpoint is dropped") {
  const TempFolder folder;
  Store store(folder / "cache");
  store.save_checkpoint(key_for(50), state_after(50));
  store.save(record_for(key_for(50)), {});
  CHECK_FALSE(store.has_checkpoint(key_for(50)));
  CHECK_FALSE(store.load_end_state(key_for(50)));
}

TEST_CASE("a family tells its shorter results, the longest first") {
  const TempFolder folder;
  Store store(folder / "cache");
  CHECK(values_below(store, 80).empty());
  for (int epochs : {9, 100, 50}) save(store, epochs);
  CHECK(values_below(store, 80) == Values{50, 9});
  CHECK(values_below(store, 101) == Values{100, 50, 9});
  CHECK(values_below(store, 50) == Values{9});
  CHECK(store.members_below({"epochs", 80, key_of("another family")}).empty());
}

TEST_CASE("what else lies among a family's files is nobody's, and verify tells of it") {
  const TempFolder folder;
  Store store(folder / "cache");
  save(store, 50);
  const std::string key = key_for(1);
  for (const std::string& name :
       {std::string("1"), "_" + key, "0_" + key, "-1_" + key, "01_" + key, "1_" + key + "0",
        "99999999999999999999_" + key, "1 " + key, std::string("letter")})
    write_file(family_folder(store) / name, "");
  fs::create_directory(family_folder(store) / "folder");
  CHECK(values_below(store, 80) == Values{50});
  CHECK(verify(store).size() == 10);
  collect(store, plan_gc(store, 0, {}));
  CHECK(verify(store).size() == 10);
  fs::remove_all(family_folder(store));
  write_file(family_folder(store), "no folder");
  CHECK(values_below(store, 80).empty());
  CHECK(save(store, 60).extendable);
  CHECK(values_below(store, 80) == Values{60});
}

TEST_CASE("a damaged end state is told of, and no other is taken for it") {
  const TempFolder folder;
  Store store(folder / "cache");
  save(store, 50);
  save(store, 30);
  const Layout layout{store.root()};
  const std::string sound = read_file(layout.state(key_for(50)));
  const auto why = [&] {
    std::string why;
    CHECK_FALSE(store.load_end_state(key_for(50), [&](const auto& reason) { why = reason; }));
    CHECK(verify(store).size() == 1);
    return why;
  };
  for (std::size_t at = 0; at < sound.size(); at += 97) {
    std::string bytes = sound;
    bytes[at] = char(bytes[at] ^ 4);
    write_file(layout.state(key_for(50)), bytes);
    CHECK_THAT(why(), Catch::Contains(key_for(50)));
  }
  write_file(layout.state(key_for(50)), sound.substr(0, sound.size() / 2));
  CHECK_THAT(why(), Catch::Contains("its end is missing"));
  fs::copy_file(layout.state(key_for(30)), layout.state(key_for(50)),
                fs::copy_options::overwrite_existing);
  CHECK_THAT(why(), Catch::Contains("it is another action's"));
}

TEST_CASE("an end state goes with its result's file, and the family with its record") {
  const TempFolder folder;
  Store store(folder / "cache");
  for (int epochs : {30, 50}) save(store, epochs);
  pin(store, key_for(30));
  const GcPlan plan = plan_gc(store, 0, {});
  REQUIRE(plan.items.size() == 1);
  CHECK(plan.items[0].bytes ==
        store.find(key_for(50))->file_bytes + store.end_state_bytes(key_for(50)));
  CHECK(plan.leftovers.empty());
  collect(store, plan);
  CHECK(store.end_state_bytes(key_for(50)) == 0);
  CHECK(store.end_state_bytes(key_for(30)) > 0);
  CHECK(values_below(store, 80) == Values{50, 30});  // its record stays, and says that it was
  collect(store, plan_gc(store, 0, {}, 0));
  collect(store, plan_gc(store, 0, {}, 0));
  CHECK(values_below(store, 80) == Values{30});
  unpin(store, key_for(30));
  store.remove(key_for(30));
  CHECK(store.end_state_bytes(key_for(30)) == 0);
  collect(store, plan_gc(store, 0, {}));
  CHECK_FALSE(fs::exists(family_folder(store)));
  CHECK(verify(store).empty());
}

TEST_CASE("an end state without a result stays as long as a run may make it again") {
  const TempFolder folder;
  Store store(folder / "cache");
  for (int epochs : {30, 50}) save(store, epochs);
  finish_run(store, "vae", {{"fit", key_for(30)}});
  for (int epochs : {30, 50}) store.drop_file(key_for(epochs));
  collect(store, plan_gc(store, 1, {}));
  CHECK(store.end_state_bytes(key_for(30)) > 0);
  CHECK(store.end_state_bytes(key_for(50)) == 0);
}

}  // namespace pipeline::cache
