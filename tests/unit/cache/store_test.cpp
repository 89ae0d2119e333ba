#include "cache/store.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <numeric>
#include <thread>

#include "cache/listing.h"
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
using testing::key_of;
using testing::record_for;
using testing::rich_artifact;
using testing::same;

TEST_CASE("what is saved is found and loaded as it was") {
  const TempFolder folder;
  Store store(folder / "cache");
  const Digest key = key_of("a");
  CHECK_FALSE(store.find(key));
  const Record saved = store.save(
      record_for(key), {{"model", rich_artifact()}, {"loss", array_artifact({0.25f}, {})}});
  const auto found = Store(folder / "cache").find(key);
  REQUIRE(found);
  CHECK(found->key == key);
  CHECK(found->parts == record_for(key).parts);
  const auto glance = store.find(key, Store::Detail::without_parts);
  CHECK(glance->parts.is_null());
  CHECK(glance->outputs.at("loss").digest == found->outputs.at("loss").digest);
  CHECK(found->outputs.at("model").digest == digest_of(rich_artifact()));
  CHECK(found->file_bytes == fs::file_size(store.file_of(key)));
  CHECK(found->created == saved.created);
  CHECK(store.has_file(*found));
  CHECK(same(store.load(*found, "model"), rich_artifact()));
  CHECK(same(store.load(*found, "loss"), array_artifact({0.25f}, {})));
  CHECK_THROWS_WITH(store.load(*found, "weights"), Catch::Contains("no output 'weights'"));
  CHECK(verify(store).empty());
}

TEST_CASE("equal outputs of equal actions give equal files") {
  const TempFolder folder;
  Store a(folder / "a"), b(folder / "b");
  const Digest key = key_of("a");
  a.save(record_for(key), {{"model", rich_artifact()}});
  b.save(record_for(key), {{"model", rich_artifact()}});
  CHECK(read_file(a.file_of(key)) == read_file(b.file_of(key)));
}

TEST_CASE("loaded arrays lie in the mapped file and stay when it is removed") {
  const TempFolder folder;
  Store store(folder / "cache");
  const Digest key = key_of("a");
  std::vector<float> values(300'000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = float(i);
  const Record record = store.save(record_for(key), {{"x", array_artifact(values)}});
  Artifact loaded = store.load(record, "x");
  CHECK(reinterpret_cast<std::uintptr_t>(loaded.arrays.at("").data()) % 64 == 0);
  CHECK_THROWS_AS(loaded.arrays.at("").mutable_data(), Error);
  store.remove(key);
  CHECK_FALSE(store.find(key));
  CHECK_FALSE(fs::exists(store.file_of(key)));
  const auto view = loaded.arrays.at("").view<float>();
  CHECK(std::equal(view.begin(), view.end(), values.begin()));
}

TEST_CASE("saving a key again replaces what it had") {
  const TempFolder folder;
  Store store(folder / "cache");
  const Digest key = key_of("a");
  store.save(record_for(key), {{"x", array_artifact({1, 2, 3})}});
  store.save(record_for(key), {{"x", array_artifact({4, 5})}});
  CHECK(same(store.load(*store.find(key), "x"), array_artifact({4, 5})));
  CHECK(verify(store).empty());
}

TEST_CASE("a file that somebody deleted is missed, and its record is not") {
  const TempFolder folder;
  Store store(folder / "cache");
  const Digest key = key_of("a");
  const Record record = store.save(record_for(key), {{"x", array_artifact({1, 2, 3})}});
  fs::remove(store.file_of(key));
  CHECK(store.find(key));
  CHECK_FALSE(store.has_file(record));
  CHECK_THROWS_AS(store.load(record, "x"), Damaged);
  CHECK_THROWS_WITH(store.load(record, "x"), Catch::Contains("is gone"));
  store.remove(key);
  CHECK_FALSE(store.find(key));
}

TEST_CASE("a damaged record is none") {
  const TempFolder folder;
  Store store(folder / "cache");
  const Digest key = key_of("a");
  store.save(record_for(key), {{"x", array_artifact({1, 2, 3})}});
  const fs::path file = folder.path() / "cache/records" / key.substr(0, 2) / (key + ".json");
  for (const std::string& text : {std::string(), std::string("{"), std::string(200'000, '[')}) {
    write_file(file, text);
    CHECK_FALSE(store.find(key));
  }
}

TEST_CASE("another action's record under a key is none") {
  const TempFolder folder;
  Store store(folder / "cache");
  const Digest a = key_of("a"), b = key_of("b");
  store.save(record_for(a), {{"x", array_artifact({1})}});
  const fs::path records = folder.path() / "cache/records";
  write_file(records / b.substr(0, 2) / (b + ".json"),
             read_file(records / a.substr(0, 2) / (a + ".json")));
  CHECK_FALSE(store.find(b));
}

TEST_CASE("outputs that HDF5 cannot hold are refused, with nothing stored") {
  const TempFolder folder;
  Store store(folder / "cache");
  const auto refused = [&](const std::string& port, const Artifact& artifact, const char* message) {
    CHECK_THROWS_WITH(store.save(record_for(key_of("a")), {{port, artifact}}),
                      Catch::Contains(message));
    CHECK_FALSE(store.find(key_of("a")));
  };
  Artifact model;
  model.type = "model";
  const auto with_path = [&](const std::string& path) {
    Artifact artifact = model;
    artifact.arrays[path] = Array::scalar(1.0f);
    return artifact;
  };
  refused("a/b", model, "has a '/'");
  refused("", model, "is empty");
  refused("..", model, "meaning of its own");
  refused("x", with_path(""), "is empty");
  refused("x", with_path("/a"), "is empty");
  refused("x", with_path("a/"), "is empty");
  refused("x", with_path("a//b"), "is empty");
  refused("x", with_path("a/./b"), "meaning of its own");
  refused("x", with_path("a\nb"), "control character");
  refused("x", with_path(std::string("a\0b", 3)), "control character");
  refused("x", with_path("\xff"), "not UTF-8");
  refused("x", with_path("\xc0\xaf"), "not UTF-8");
  refused("x", with_path("\xed\xa0\x80"), "not UTF-8");
  refused("x", with_path(std::string(256, 'a')), "longer than 255");
  Artifact both = with_path("a");
  both.arrays["a/b"] = Array::scalar(1.0f);
  refused("x", both, "arrays 'a' and 'a/b'");
  Artifact attribute = model;
  attribute.attributes["name"] = "\x80";
  refused("x", attribute, "not UTF-8");
  attribute.attributes["name"] = Value::List{Value(std::string("a\0", 2))};
  refused("x", attribute, "NUL");
  attribute.attributes = {{"artifact_type", "other"}};
  refused("x", attribute, "stands for the artifact's type");
  refused("x", Artifact{}, "has no type");
  Artifact array = array_artifact({1});
  array.arrays["second"] = Array::scalar(1.0f);
  refused("x", array, "must have one array");
  array.arrays = {{"", Array::zeros<float>(Shape(33, 1))}};
  refused("x", array, "rank 33");
  CHECK(verify(store).empty());
}

TEST_CASE("odd but valid names are stored") {
  const TempFolder folder;
  Store store(folder / "cache");
  Artifact table;
  table.type = "table";
  table.arrays["val loss (%)"] = Array::scalar(1.0f);
  table.arrays["größe/…/a.b"] = Array::scalar(2.0f);
  table.attributes["per/second"] = 1;
  const Record record = store.save(record_for(key_of("a")), {{"x.y z", table}});
  CHECK(same(store.load(record, "x.y z"), table));
  CHECK(verify(store).empty());
}

TEST_CASE("many and large attributes are stored") {
  const TempFolder folder;
  Store store(folder / "cache");
  Artifact model;
  model.type = "model";
  model.attributes["long"] = std::string(1'000'000, 'x');
  model.attributes["list"] = Value::List(50'000, Value(0.5));
  for (int i = 0; i < 3000; ++i) model.attributes[std::to_string(i)] = i;
  const Record record = store.save(record_for(key_of("a")), {{"model", model}});
  CHECK(same(store.load(record, "model"), model));
  CHECK(verify(store).empty());
}

TEST_CASE("numbers that JSON lacks survive in attributes") {
  const TempFolder folder;
  Store store(folder / "cache");
  Artifact model;
  model.type = "model";
  model.attributes = {{"best", INFINITY}, {"worst", std::nan("")}};
  store.save(record_for(key_of("a")), {{"model", model}});
  const Artifact loaded = store.load(*store.find(key_of("a")), "model");
  CHECK(loaded.attributes.at("best") == Value(INFINITY));
  CHECK(std::isnan(loaded.attributes.at("worst").as_real()));
  CHECK(verify(store).empty());
}

TEST_CASE("an action without outputs has a record, too") {
  const TempFolder folder;
  Store store(folder / "cache");
  store.save(record_for(key_of("a")), {});
  CHECK(store.has_file(*store.find(key_of("a"))));
  CHECK(verify(store).empty());
}

TEST_CASE("threads save and load at once") {
  const TempFolder folder;
  Store store(folder / "cache");
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5; ++i) {
        const std::string name = std::to_string(i % 2 ? i : 10 * t + i);
        const Artifact artifact = array_artifact(std::vector<float>(1000, float(i)));
        const auto lock = store.lock(key_of(name), {});
        store.save(record_for(key_of(name)), {{"x", artifact}}, *lock);
        const auto record = store.find(key_of(name));
        if (record && same(store.load(*record, "x"), artifact)) ++right;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 20);
  CHECK(verify(store).empty());
}

TEST_CASE("a checkpoint comes back, is replaced and dropped") {
  const TempFolder folder;
  Store store(folder / "cache");
  const Digest key = key_of("a");
  CHECK_FALSE(store.load_checkpoint(key));
  store.save_checkpoint(key, array_artifact({1, 2, 3}));
  const auto first = store.load_checkpoint(key);
  store.save_checkpoint(key, rich_artifact());
  CHECK(same(*first, array_artifact({1, 2, 3})));
  CHECK(same(*Store(folder / "cache").load_checkpoint(key), rich_artifact()));
  CHECK(verify(store).empty());
  store.drop_checkpoint(key);
  CHECK_FALSE(store.load_checkpoint(key));
  CHECK_NOTHROW(store.drop_checkpoint(key));
}

TEST_CASE("another action's checkpoint under a key is none") {
  const TempFolder folder;
  Store store(folder / "cache");
  store.save_checkpoint(key_of("a"), array_artifact({1}));
  const fs::path checkpoints = folder / "cache/checkpoints";
  fs::rename(checkpoints / (key_of("a") + ".h5"), checkpoints / (key_of("b") + ".h5"));
  CHECK_FALSE(store.load_checkpoint(key_of("b")));
}

TEST_CASE("a result is found by the first digits of its key") {
  const TempFolder folder;
  Store store(folder / "cache");
  Digest a = key_of("a"), b = key_of("b");
  a.replace(0, 4, 4, 'a');
  b.replace(0, 4, 4, 'a');
  store.save(record_for(a), {});
  CHECK(find_key(store, "aaaa") == a);
  store.save(record_for(b), {});
  CHECK(find_key(store, b.substr(0, 12)) == b);
  CHECK_THROWS_WITH(find_key(store, "aaaa"),
                    Catch::Contains("begins 2 keys") && Catch::Contains("give more digits"));
  CHECK_THROWS_WITH(find_key(store, "bbbb"), Catch::Contains("no result whose key begins"));
  CHECK_THROWS_WITH(find_key(store, "aa"), Catch::Contains("4 or more hex digits"));
  CHECK_THROWS_WITH(find_key(store, "../../x"), Catch::Contains("no key"));
}

TEST_CASE("a large array is handed out before it is checked, and the check finds any flipped bit") {
  const TempFolder folder;
  Store store(folder / "cache");
  std::vector<float> values(PendingChecks::kLarge / sizeof(float));
  std::iota(values.begin(), values.end(), 1.0f);
  const auto size = std::int64_t(values.size());
  const Record record = store.save(
      record_for(key_of("a")),
      {{"large", array_artifact(values, {size})}, {"small", array_artifact({1, 2}, {2})}});
  PendingChecks undamaged;
  CHECK(same(store.load(record, "large", undamaged), array_artifact(values, {size})));
  undamaged.wait();

  const std::string file = store.file_of(record.key);
  const std::string good = pipeline::testing::read_file(file);
  const auto flip = [&](const char* port, std::uint64_t byte) {
    std::string bytes = good;
    bytes[record.outputs.at(port).arrays.at("").offset + byte] ^= 16;
    pipeline::testing::write_file(file, bytes);
  };
  for (const std::uint64_t byte : {std::uint64_t(0), PendingChecks::kLarge - 1}) {
    flip("large", byte);
    PendingChecks pending;
    const Artifact artifact = store.load(record, "large", pending);
    CHECK(artifact.arrays.at("").view<float>()[1000] == 1001);
    for (int twice = 0; twice < 2; ++twice)
      CHECK_THROWS_WITH(pending.wait(), Catch::Contains("dataset '/large' is damaged"));
    CHECK_THROWS_AS(store.load(record, "large"), Damaged);
  }
  flip("small", 3);
  PendingChecks pending;
  CHECK_THROWS_WITH(store.load(record, "small", pending),
                    Catch::Contains("dataset '/small' is damaged"));
}

}  // namespace
}  // namespace pipeline::cache
