#include "cache/runs.h"

#include <catch2/catch.hpp>
#include <set>

#include "cache/record_text.h"
#include "cache/verify.h"
#include "support/process.h"
#include "unit/cache/samples.h"

namespace pipeline::cache {
namespace {
namespace fs = std::filesystem;

using pipeline::testing::TempFolder;
using pipeline::testing::write_file;
using testing::finish_run;
using testing::key_of;

/// A record as programs before numbered runs wrote it.
void write_old_record(const Store& store, const std::string& pipeline, const std::string& started,
                      const std::string& key) {
  write_file(run_folder(store, pipeline) / (started + "_0a1b2c3d_417.json"),
             seal(Value::Map{{"pipeline", pipeline},
                             {"started", started},
                             {"file", pipeline + ".yaml"},
                             {"keys", Value::Map{{"fit", key_of(key)}}}}));
}

Digest last_key(const Store& store, const std::string& pipeline) {
  const auto last = last_run(store, pipeline);
  REQUIRE(last);
  return last->keys.at("fit");
}

TEST_CASE("a run is remembered as it ended") {
  const TempFolder folder;
  Store store(folder / "cache");
  CHECK_FALSE(last_run(store, "vae"));
  {
    ActiveRun run(store, {"vae", "", "vae.yaml", {{"fit", key_of("old")}, {"draw", key_of("d")}}});
    run.reach(key_of("a"));
    run.reach(key_of("b"));
    run.finished("fit", key_of("a"));
    run.save();
  }
  const auto last = last_run(store, "vae");
  REQUIRE(last);
  CHECK(last->pipeline == "vae");
  CHECK(last->file == "vae.yaml");
  CHECK(last->started.size() == std::string("2026-11-24T10:34:01.052071Z").size());
  CHECK(last->keys == std::map<std::string, Digest>{{"draw", key_of("d")}, {"fit", key_of("a")}});
  CHECK(last->begun == std::set<Digest>{key_of("b")});
  CHECK_FALSE(last_run(store, "other"));
}

TEST_CASE("the last run is the one that began last, whatever its clock said") {
  const TempFolder folder;
  Store store(folder / "cache");
  write_old_record(store, "vae", "2099-01-01T00:00:00.000001Z", "far in the future");
  CHECK(last_key(store, "vae") == key_of("far in the future"));
  for (const char* started : {"2031-01-01T00:00:00Z", "1970-01-01T00:00:00Z"}) {
    ActiveRun run(store, {"vae", started, "vae.yaml"});
    run.finished("fit", key_of(started));
    run.save();
    CHECK(last_key(store, "vae") == key_of(started));
  }
  finish_run(store, "other", {{"fit", key_of("x")}});
  CHECK(last_run(store, "other")->number == 3);
}

TEST_CASE("the runs of an older program are read, by the time in their names") {
  const TempFolder folder;
  Store store(folder / "cache");
  write_old_record(store, "vae", "2026-01-02T00:00:00.000000Z", "b");
  write_old_record(store, "vae", "2026-01-01T00:00:00.000000Z", "a");
  CHECK(last_key(store, "vae") == key_of("b"));
  CHECK(runs_in(run_folder(store, "vae")).size() == 2);
  CHECK(verify(store).empty());
}

TEST_CASE("no two pipelines share a folder or push out each other's runs") {
  const TempFolder folder;
  Store store(folder / "cache");
  const std::string long_name(500, 'x');
  // What a long name is cut to, as the name of another.
  const std::string cut = file_name_for(long_name);
  const std::vector<std::string> names = {
      "a/exp", "b/exp",   "exp",           "q",
      "q.yml", "Q",       "a/b",           "..",
      ".",     "",        "ä b",           "Ä b",
      "a%2fb", ".hidden", "A/exp",         long_name,
      cut,     "a\\exp",  long_name + "y", std::string("a\0b", 3)};
  std::set<std::string> folders;
  for (const std::string& name : names) {
    std::string file_name = file_name_for(name);
    CHECK(file_name.size() <= 255);
    for (char& c : file_name) c = char(std::tolower(static_cast<unsigned char>(c)));
    folders.insert(file_name);
    finish_run(store, name, {{"fit", key_of(name)}});
  }
  CHECK(folders.size() == names.size());
  for (const std::string& name : names) CHECK(last_key(store, name) == key_of(name));
  CHECK(verify(store).empty());
}

TEST_CASE("a name cannot be chosen so that it meets a cut one") {
  const std::string long_name(500, 'x');
  const std::string cut = file_name_for(long_name);
  const std::size_t mark = cut.find('%');
  REQUIRE(mark != std::string::npos);
  // '%ab…' is also how the byte 0xab, with digits behind it, is written.
  const int byte = std::stoi(cut.substr(mark + 1, 2), nullptr, 16);
  CHECK(file_name_for(cut.substr(0, mark) + char(byte) + cut.substr(mark + 3)) != cut);
}

TEST_CASE("a damaged run is passed over, and the oldest are forgotten") {
  const TempFolder folder;
  Store store(folder / "cache");
  write_old_record(store, "vae", "2099-01-01T00:00:00.000001Z", "old");
  for (int i = 0; i < int(kKeptRuns) + 2; ++i)
    finish_run(store, "vae", {{"fit", key_of(std::to_string(i))}});
  const auto runs = runs_in(run_folder(store, "vae"));
  CHECK(runs.size() == kKeptRuns);
  CHECK(runs.front().number == kKeptRuns + 2);
  CHECK(runs.back().number == 3);
  write_file(runs[0].record(), "{}");
  CHECK(last_key(store, "vae") == key_of(std::to_string(kKeptRuns)));
  fs::copy_file(runs[2].record(), runs[1].record(), fs::copy_options::overwrite_existing);
  CHECK(last_key(store, "vae") == key_of(std::to_string(kKeptRuns - 1)));
}

}  // namespace
}  // namespace pipeline::cache
