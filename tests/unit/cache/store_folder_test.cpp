#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <thread>

#include "cache/digest_memory.h"
#include "cache/listing.h"
#include "cache/runs.h"
#include "cache/store.h"
#include "cache/verify.h"
#include "support/process.h"
#include "unit/cache/forked.h"
#include "unit/cache/samples.h"

// The folder that a cache lives in: made, refused, not to be written to.

namespace pipeline::cache {
namespace {
namespace fs = std::filesystem;

using pipeline::testing::TempFolder;
using pipeline::testing::write_file;
using testing::array_artifact;
using testing::key_of;
using testing::record_for;
using testing::same;

TEST_CASE("a cache's own folder is made with those above it, by many at once") {
  const TempFolder folder;
  for (int round = 0; round < 5; ++round) {
    const fs::path root = folder.path() / std::to_string(round) / "a/b/c";
    std::atomic<int> made{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&] {
        try {
          Store store(root);
          ++made;
        } catch (const Error&) {}
      });
    for (std::thread& thread : threads) thread.join();
    CHECK(made == 8);
    CHECK(fs::exists(root / "format.json"));
  }
}

TEST_CASE("a folder that is no cache is refused, untouched") {
  const TempFolder folder;
  write_file(folder / "thesis/chapter1.tex", "text");
  CHECK_THROWS_WITH(Store(folder / "thesis"), Catch::Contains("is no cache") &&
                                                  Catch::Contains("name an empty or a new folder"));
  CHECK(std::distance(fs::directory_iterator(folder / "thesis"), {}) == 1);
  CHECK_THROWS_WITH(Store(folder / "thesis/chapter1.tex"),
                    Catch::Contains("expected a folder") && Catch::Contains("found a file"));
  CHECK_THROWS_WITH(Store(folder / "thesis/chapter1.tex/cache"), Catch::Contains("found a file"));
  CHECK_THROWS_WITH(Store(fs::path()), Catch::Contains("is empty"));
}

TEST_CASE("a cache of another format is refused, and so is a damaged format") {
  const TempFolder folder;
  write_file(folder / "cache/format.json", "{\"pipeline_cache\":99}\n");
  CHECK_THROWS_WITH(Store(folder / "cache"),
                    Catch::Contains("has format 99, expected 1; name another cache folder"));
  write_file(folder / "cache/format.json", "{");
  CHECK_THROWS_WITH(Store(folder / "cache"), Catch::Contains("does not say which format"));
}

TEST_CASE("a folder that was killed while it became a cache is one") {
  const TempFolder folder;
  fs::create_directories(folder / "cache/tmp");
  CHECK_NOTHROW(Store(folder / "cache"));
}

// As a user without rights, which root never is.
bool as_nobody(const std::function<bool()>& work) {
  return testing::Forked([&] {
           if (geteuid() == 0 && (setegid(65534) != 0 || seteuid(65534) != 0)) return false;
           return work();
         }).wait() == 0;
}
template <class Work>
std::string message_of(Work work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("a cache that cannot be written to serves for reading, and says so where it must write") {
  const TempFolder folder;
  const fs::path root = folder / "cache";
  Record record;
  {
    Store store(root);
    record = store.save(record_for(key_of("a")), {{"x", array_artifact({1, 2})}});
  }
  fs::permissions(folder.path(), fs::perms(0755));
  for (const auto& entry : fs::recursive_directory_iterator(root))
    fs::permissions(entry, entry.is_directory() ? fs::perms(0555) : fs::perms(0444));
  fs::permissions(root, fs::perms(0555));
  const auto contains = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  };
  const bool right = as_nobody([&] {
    Store store(root);
    const bool reads = same(store.load(*store.find(record.key), "x"), array_artifact({1, 2})) &&
                       verify(store).empty() && list(store).size() == 1 &&
                       file_digest(store, "/proc/self/exe").size() == 64;
    const auto save = message_of([&] { store.save(record_for(key_of("b")), {}); });
    const auto lock = message_of([&] { store.lock(key_of("b"), {}); });
    testing::finish_run(store, "p", {{"fit", record.key}});
    return reads && contains(save, "name a folder that you may write to") &&
           contains(lock, "name a folder that you may write to") && !last_run(store, "p");
  });
  CHECK(right);
  for (const auto& entry : fs::recursive_directory_iterator(root))
    if (entry.is_directory()) fs::permissions(entry, fs::perms(0755));
}

TEST_CASE("a cache that cannot be made or read is an error that names it") {
  const TempFolder folder;
  fs::create_directories(folder / "closed");
  fs::permissions(folder / "closed", fs::perms(0000));
  fs::permissions(folder.path(), fs::perms(0755));
  const bool right = as_nobody([&] {
    const auto closed = message_of([&] { Store store(folder / "closed"); });
    const auto below = message_of([&] { Store store(folder / "closed/cache"); });
    const auto beside = message_of([&] { Store store(folder / "new"); });
    return closed.find("closed") != std::string::npos &&
           below.find("Permission denied") != std::string::npos &&
           beside.find("cannot make the folder") != std::string::npos;
  });
  CHECK(right);
  fs::permissions(folder / "closed", fs::perms(0755));
}

}  // namespace
}  // namespace pipeline::cache
