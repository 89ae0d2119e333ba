#include <catch2/catch.hpp>

#include "cache/pins.h"
#include "cache/record_text.h"
#include "cache/runs.h"
#include "cache/store.h"
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

class Sample {
 public:
  Sample() : store(folder_ / "cache") {
    record = store.save(record_for(key_of("a")),
                        {{"x", array_artifact({1, 2, 3})}, {"model", testing::rich_artifact()}});
    store.save(record_for(key_of("b")), {{"x", array_artifact({1, 2, 3})}});
    store.save_checkpoint(key_of("c"), array_artifact({1}));
    testing::finish_run(store, "vae", {{"fit", key_of("a")}});
    pin(store, key_of("b"));
  }
  fs::path record_file(const Digest& key) const {
    return store.root() / "records" / key.substr(0, 2) / (key + ".json");
  }
  void flip(const fs::path& file, std::uint64_t offset) const {
    std::string bytes = read_file(file);
    bytes.at(offset) = char(bytes.at(offset) ^ 1);
    write_file(file, bytes);
  }

 private:
  TempFolder folder_;

 public:
  Store store;
  Record record;
};

void check_one_problem(const Store& store, const std::vector<std::string>& parts) {
  const auto problems = verify(store);
  CAPTURE(problems);
  REQUIRE(problems.size() == 1);
  for (const std::string& part : parts) CHECK_THAT(problems[0], Catch::Contains(part));
}

TEST_CASE("an undamaged cache has no problems") {
  const Sample sample;
  CHECK(verify(sample.store).empty());
}

TEST_CASE("verify names file and dataset of a flipped bit, and what to do") {
  const Sample sample;
  const fs::path file = sample.store.file_of(key_of("a"));
  sample.flip(file, sample.record.outputs.at("model").arrays.at("weights/kernel").offset + 3);
  check_one_problem(sample.store, {file.string(), "dataset '/model/weights/kernel' is damaged",
                                   "remove the file", "stage 'fit' of 'vae_conv'"});
}

TEST_CASE("verify tells of a file that is damaged outside of its datasets, or short") {
  const Sample sample;
  const fs::path file = sample.store.file_of(key_of("a"));
  const std::string bytes = read_file(file);
  sample.flip(file, 9);
  check_one_problem(sample.store, {file.string(), "outside of its datasets"});
  write_file(file, bytes.substr(0, 100));
  check_one_problem(sample.store, {"it has 100 bytes, expected"});
  write_file(file, bytes + "x");
  check_one_problem(sample.store, {"bytes, expected"});
}

TEST_CASE("verify tells of damaged records, checkpoints and runs") {
  Sample sample;
  const fs::path record = sample.record_file(key_of("a"));
  const std::string text = read_file(record);
  sample.flip(record, 200);
  check_one_problem(sample.store, {record.string(), "checksum", "remove it"});
  write_file(record, read_file(sample.record_file(key_of("b"))));
  check_one_problem(sample.store, {record.string(), "it is the record of " + key_of("b")});
  write_file(record, text);

  const fs::path checkpoint = sample.store.root() / "checkpoints" / (key_of("c") + ".h5");
  sample.flip(checkpoint, 5);
  check_one_problem(sample.store, {checkpoint.string(), "starts from the beginning"});
  sample.store.drop_checkpoint(key_of("c"));

  const fs::path run = fs::directory_iterator(sample.store.root() / "runs/vae")->path();
  sample.flip(run, 50);
  check_one_problem(sample.store, {run.string(), "remove this file"});
}

TEST_CASE("verify tells of files that do not belong to the cache") {
  const Sample sample;
  for (const char* name : {"objects/ab/notes.txt", "objects/thesis.h5", "records/ab/x.json",
                           "checkpoints/old.h5", "pins/mine", "runs/vae/notes.json"}) {
    const fs::path file = sample.store.root() / name;
    write_file(file, "x");
    check_one_problem(sample.store, {file.string(), "does not belong here"});
    fs::remove(file);
  }
  const fs::path elsewhere =
      sample.store.root() / "objects/zz" / sample.store.file_of(key_of("a")).filename();
  write_file(elsewhere, "x");
  check_one_problem(sample.store, {elsewhere.string(), "does not belong here"});
}

TEST_CASE("verify finds a record that fits its file's checksums but not its content") {
  const Sample sample;
  Record record = *sample.store.find(key_of("a"));
  record.outputs.at("x").digest = std::string(64, '0');
  write_file(sample.record_file(key_of("a")), seal(to_value(record)));
  check_one_problem(sample.store, {"output 'x': its digest is"});

  record = *sample.store.find(key_of("b"));
  record.outputs.at("x").arrays.at("").dtype = DType::i32;
  record.outputs.at("x").digest = digest_of([] {
    Artifact artifact;
    artifact.type = "array";
    artifact.arrays[""] = Array::of(std::vector<std::int32_t>{0x3f800000, 0x40000000, 0x40400000});
    return artifact;
  }());
  fs::remove(sample.record_file(key_of("a")));
  write_file(sample.record_file(key_of("b")), seal(to_value(record)));
  check_one_problem(sample.store, {"dataset '/x' is not of type i32"});
}

TEST_CASE("a record whose file is gone is not wrong") {
  const Sample sample;
  fs::remove(sample.store.file_of(key_of("a")));
  CHECK(verify(sample.store).empty());
}

TEST_CASE("what a killed process leaves is not wrong") {
  const Sample sample;
  fs::remove(sample.record_file(key_of("a")));
  write_file(sample.store.root() / "tmp/0000-1-2-3", "half a file");
  CHECK(verify(sample.store).empty());
}

}  // namespace
}  // namespace pipeline::cache
