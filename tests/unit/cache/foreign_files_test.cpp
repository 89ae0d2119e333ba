#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "cache/gc.h"
#include "cache/identity.h"
#include "cache/runs.h"
#include "support/process.h"
#include "unit/cache/samples.h"

// Only what this program made is ever removed: by name, kind and owner, and never through a link.

namespace pipeline::cache {
namespace {
namespace fs = std::filesystem;

using pipeline::testing::TempFolder;
using pipeline::testing::write_file;
using testing::array_artifact;
using testing::finish_run;
using testing::key_of;
using testing::record_for;

/// As old as a dead machine's files have to be.
void write_old(const fs::path& file, const std::string& text = "precious") {
  write_file(file, text);
  const timespec times[] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
  REQUIRE(utimensat(AT_FDCWD, file.c_str(), times, 0) == 0);
}

// A name that this program might have given on this machine.
std::string temporary_name() { return unique_name(); }

TEST_CASE("temporary files of this program are told from others by their names") {
  CHECK(is_unique_name(unique_name()));
  CHECK(is_unique_name("unknown-417-18abc-0"));
  for (const char* name : {"", "-", "notes", "2026-11-24", "2026-11-24-x", "a-b-c", "a-1-2-3-4",
                           "unknown-unknown-1-1", "0a-1-2-", "0a-1-2-3.txt", "core-dump-1-2"})
    CHECK_FALSE(is_unique_name(name));
}

TEST_CASE("old files in a folder tmp that are not ours stay") {
  const TempFolder folder;
  const fs::path tmp = folder / "work/tmp";
  for (const char* name : {"letter.txt", "2019-07-01", "a-b-c-d.h5"}) write_old(tmp / name);
  fs::create_directory(tmp / temporary_name());
  write_old(tmp / temporary_name());
  Store store(folder / "work");
  collect(store, plan_gc(store, 0, {}));
  for (const char* name : {"letter.txt", "2019-07-01", "a-b-c-d.h5"}) CHECK(fs::exists(tmp / name));
  CHECK(std::distance(fs::directory_iterator(tmp), {}) == 4);  // with the folder
}

TEST_CASE("another user's temporary file stays") {
  if (geteuid() != 0) return;  // who alone can give a file away
  const TempFolder folder;
  const fs::path file = folder / "cache/tmp" / temporary_name();
  write_old(file);
  REQUIRE(chown(file.c_str(), 65534, 65534) == 0);
  Store store(folder / "cache");
  CHECK(fs::exists(file));
  REQUIRE(chown(file.c_str(), 0, 0) == 0);
  Store again(folder / "cache");
  CHECK_FALSE(fs::exists(file));
}

TEST_CASE("nothing is removed through a link") {
  const TempFolder folder;
  const fs::path root = folder / "cache", others = folder / "others";
  { Store store(root); }

  SECTION("tmp") {
    const fs::path file = others / temporary_name();
    write_old(file);
    fs::remove_all(root / "tmp");
    fs::create_directory_symlink(others, root / "tmp");
    Store store(root);
    collect(store, plan_gc(store, 0, {}));
    CHECK(fs::exists(file));
  }
  SECTION("a pipeline's runs") {
    Store elsewhere(folder / "elsewhere");
    for (int i = 0; i < 3; ++i) finish_run(elsewhere, "vae", {});
    const fs::path runs = run_folder(elsewhere, "vae");
    for (int i = 10; i < 10 + int(kKeptRuns); ++i)
      fs::copy_file(runs_in(runs).back().record(),
                    runs / ("0000000000" + std::to_string(i).substr(0, 2) + "_" +
                            key_of(std::to_string(i)) + ".json"));
    const auto before = runs_in(runs).size();
    fs::create_directories(root / "runs");
    fs::create_directory_symlink(runs, root / "runs/vae");
    Store store(root);
    finish_run(store, "vae", {});
    CHECK(runs_in(runs).size() == before + 1);
  }
  SECTION("locks") {
    write_old(others / key_of("x"), "");
    fs::remove_all(root / "locks");
    fs::create_directory_symlink(others, root / "locks");
    Store store(root);
    collect(store, plan_gc(store, 0, {}));
    CHECK(fs::exists(others / key_of("x")));
  }
  SECTION("a folder of results") {
    Store store(root);
    store.save(record_for(key_of("x")), {{"x", array_artifact({1})}});
    const fs::path file = store.file_of(key_of("x"));
    fs::create_directories(others);
    fs::rename(file, others / file.filename());
    fs::remove(file.parent_path());
    fs::create_directory_symlink(others, file.parent_path());
    collect(store, plan_gc(store, 0, {}));
    CHECK(fs::exists(others / file.filename()));
  }
}

TEST_CASE("results that the user has put on another disk by a link are freed there") {
  const TempFolder folder;
  Store store(folder / "cache");
  fs::create_directories(folder / "large disk");
  fs::remove(folder / "cache/objects");
  fs::create_directory_symlink(folder / "large disk", folder / "cache/objects");
  store.save(record_for(key_of("x")), {{"x", array_artifact({1})}});
  collect(store, plan_gc(store, 0, {}));
  CHECK_FALSE(fs::exists(store.file_of(key_of("x"))));
}

TEST_CASE("files with other names stay among runs, locks, objects and checkpoints") {
  const TempFolder folder;
  Store store(folder / "cache");
  finish_run(store, "vae", {});
  const std::vector<fs::path> files = {"runs/vae/thesis.json", "runs/vae/0_1.json", "locks/door",
                                       "objects/ab/x.h5",      "checkpoints/x.h5",  "pins/x"};
  for (const fs::path& file : files) write_old(folder / "cache" / file);
  for (int i = 0; i < int(kKeptRuns) + 1; ++i) finish_run(store, "vae", {});
  collect(store, plan_gc(store, 0, 0));
  for (const fs::path& file : files) {
    CAPTURE(file);
    CHECK(fs::exists(folder / "cache" / file));
  }
}

}  // namespace
}  // namespace pipeline::cache
