#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "cache/files.h"
#include "cache/mapped_file.h"
#include "cache/store.h"
#include "cache/verify.h"
#include "faults/store_failing_calls.h"
#include "support/process.h"
#include "unit/cache/forked.h"
#include "unit/cache/samples.h"

// Mapped files whose bytes cannot be had any more when they are used.

namespace pipeline::cache {
namespace {
namespace fs = std::filesystem;

using pipeline::testing::TempFolder;
using pipeline::testing::write_file;
using testing::array_artifact;
using testing::CutWhenMapped;
using testing::Forked;
using testing::key_of;
using testing::record_for;
using testing::same;

/// Large enough to be checked by a thread while it is used.
Artifact large_artifact() { return array_artifact(std::vector<float>(1 << 20, 1.5f)); }

struct Sample {
  TempFolder folder;
  Store store{folder / "cache"};
  Record record = store.save(record_for(key_of("a")), {{"x", large_artifact()}});
  fs::path file = store.file_of(record.key);
};

TEST_CASE("bytes that are lost after their check was passed are noticed when they have been used") {
  Sample sample;
  PendingChecks pending;
  const Artifact loaded = sample.store.load(sample.record, "x", pending);
  pending.wait();
  fs::resize_file(sample.file, 4096);
  CHECK(loaded.arrays.at("").view<float>().back() == 0);
  for (int twice = 0; twice < 2; ++twice)
    CHECK_THROWS_WITH(pending.wait(), Catch::Contains(sample.file.string()) &&
                                          Catch::Contains("was cut while it was read: it has 4096 "
                                                          "bytes, expected"));
  CHECK_THROWS_AS(sample.store.load(sample.record, "x"), Damaged);
}

TEST_CASE("a cut within the last page, which no signal tells of, is noticed, too") {
  Sample sample;
  PendingChecks pending;
  const Artifact loaded = sample.store.load(sample.record, "x", pending);
  pending.wait();
  fs::resize_file(sample.file, fs::file_size(sample.file) - 8);
  CHECK_THROWS_WITH(pending.wait(), Catch::Contains("was cut while it was read"));
}

TEST_CASE("what a stage hands on from a file that was cut is not stored") {
  Sample sample;
  PendingChecks pending;
  const Artifact loaded = sample.store.load(sample.record, "x", pending);
  pending.wait();
  fs::resize_file(sample.file, 4096);
  const Artifact rows{"array", {}, {{"", loaded.arrays.at("").rows(100, 1 << 19)}}};
  CHECK_THROWS_WITH(sample.store.save(record_for(key_of("b")), {{"rows", rows}}),
                    Catch::Contains("output 'rows' was read from a file") &&
                        Catch::Contains(sample.file.string()));
  CHECK_FALSE(sample.store.find(key_of("b")));
  CHECK(fs::is_empty(sample.folder / "cache/tmp"));
}

TEST_CASE("a file that is cut while it is loaded or verified is named, with the reason") {
  Sample sample;
  const auto is_told = [&](const std::string& text) {
    CHECK_THAT(text, Catch::Contains(sample.file.string()) &&
                         Catch::Contains("was cut while it was read: it has"));
  };
  const std::size_t size = GENERATE(0u, 5000u, 1u << 20);
  SECTION("load") {
    const CutWhenMapped cut(sample.file, size);
    try {
      sample.store.load(sample.record, "x");
      FAIL("it was loaded");
    } catch (const Damaged& damaged) {
      is_told(damaged.what());
    }
  }
  SECTION("verify") {
    const CutWhenMapped cut(sample.file, size);
    const auto problems = verify(sample.store);
    REQUIRE_FALSE(problems.empty());
    is_told(problems[0]);
    CHECK_THAT(problems[0], Catch::Contains("computes stage 'fit' of 'vae_conv' again"));
  }
}

TEST_CASE("a checkpoint that is cut while it is loaded is none, and why is told") {
  const TempFolder folder;
  Store store(folder / "cache");
  const Digest key = key_of("a");
  store.save_checkpoint(key, large_artifact());
  const fs::path file = folder / "cache/checkpoints" / (key + ".h5");
  std::string why;
  {
    const CutWhenMapped cut(file, 1 << 20);
    CHECK_FALSE(store.load_checkpoint(key, [&](const std::string& reason) { why = reason; }));
  }
  CHECK_THAT(why, Catch::Contains(file.string()) && Catch::Contains("was cut while it was read"));
  store.save_checkpoint(key, large_artifact());
  const auto state = store.load_checkpoint(key);
  fs::resize_file(file, 0);
  CHECK(same(*state, large_artifact()));
}

TEST_CASE("of a mapped file that is cut what is left stays readable, and the rest is zeros") {
  const TempFolder folder;
  write_file(folder / "x", std::string(10'000, 'x'));
  const auto file = MappedFile::open(folder / "x");
  CHECK_FALSE(file->fault());
  fs::resize_file(folder / "x", 100);
  CHECK(file->bytes()[50] == std::byte('x'));
  CHECK(file->bytes()[9'000] == std::byte(0));
  CHECK(*file->fault() == "was cut while it was read: it has 100 bytes, expected 10000");
  CHECK(*MappedFile::fault_at(&file->bytes()[1]) ==
        "'" + (folder / "x").string() + "' " + *file->fault());
  CHECK_FALSE(MappedFile::fault_at(&folder));
}

TEST_CASE("many files come and go, and each fault is that of its own file") {
  const TempFolder folder;
  std::vector<std::shared_ptr<const MappedFile>> files;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 50; ++i) {
      const fs::path file = folder / std::to_string(i);
      write_file(file, std::string(20'000, 'x'));
      files.push_back(MappedFile::open(file));
    }
    for (int i = 0; i < 50; i += 7) fs::resize_file(folder / std::to_string(i), 0);
    for (int i = 0; i < 50; ++i) {
      const auto& file = files[std::size_t(i)];
      CHECK(file->bytes()[15'000] == std::byte(i % 7 ? 'x' : 0));
      CHECK(file->fault().has_value() == (i % 7 == 0));
    }
    files.clear();
  }
}

// As a crash reporter does, before anything has been mapped.
bool reports = false;
const bool installed = [] {
  struct sigaction action {};
  action.sa_handler = [](int) {
    if (reports) _exit(42);
    signal(SIGBUS, SIG_DFL);
  };
  return sigaction(SIGBUS, &action, nullptr) == 0;
}();

void touch_lost_bytes(const fs::path& file) {
  write_file(file, std::string(10'000, 'x'));
  const FileDescriptor fd = open_file(file, O_RDONLY);
  auto* bytes =
      static_cast<volatile char*>(mmap(nullptr, 10'000, PROT_READ, MAP_SHARED, fd.get(), 0));
  fs::resize_file(file, 0);
  (void)bytes[5'000];
}

TEST_CASE("a bus error of somebody else's goes to who was asked before, or ends the process") {
  REQUIRE(installed);
  const TempFolder folder;
  write_file(folder / "ours", "x");
  const auto file = MappedFile::open(folder / "ours");
  CHECK(Forked([&] { return touch_lost_bytes(folder / "x"), true; }).wait() == 128 + SIGBUS);
  CHECK(Forked([&] {
          reports = true;
          touch_lost_bytes(folder / "x");
          return true;
        }).wait() == 42);
  CHECK(Forked([&] {
          return kill(getpid(), SIGBUS), reports = true, raise(SIGBUS), true;
        }).wait() == 128 + SIGBUS);
}

}  // namespace
}  // namespace pipeline::cache
