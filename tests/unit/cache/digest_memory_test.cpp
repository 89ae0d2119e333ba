#include "cache/digest_memory.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstring>

#include "cache/files.h"
#include "cache/record_text.h"
#include "support/process.h"
#include "support/waiting.h"
#include "unit/cache/samples.h"

namespace pipeline::cache {
namespace {
namespace fs = std::filesystem;

using pipeline::testing::TempFolder;
using pipeline::testing::write_file;

std::size_t remembered(const fs::path& root) {
  std::size_t count = 0;
  std::error_code none;
  for (const auto& entry : fs::recursive_directory_iterator(root / "files", none))
    count += entry.is_regular_file();
  return count;
}

TEST_CASE("a file's digest is that of its bytes") {
  const TempFolder folder;
  Store store(folder / "cache");
  write_file(folder / "data", "abc");
  const Digest abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  CHECK(file_digest(store, folder / "data") == abc);
  CHECK(read_file_digest(folder / "data") == abc);
  write_file(folder / "data", "");
  CHECK(file_digest(store, folder / "data") == digest_of(std::string()));
  write_file(folder / "data", std::string(3'000'000, 'x'));
  CHECK(file_digest(store, folder / "data") == digest_of(std::string(3'000'000, 'x')));
}

TEST_CASE("a file changed just now is not remembered: a second change would not show") {
  const TempFolder folder;
  Store store(folder / "cache");
  write_file(folder / "data", "one");
  file_digest(store, folder / "data");
  CHECK(remembered(folder / "cache") == 0);
  write_file(folder / "data", "two");
  CHECK(file_digest(store, folder / "data") == digest_of(std::string("two")));
}

/// A file's last change of state (ctime), which nobody can set.
std::chrono::system_clock::time_point changed(const fs::path& file) {
  struct stat status {};
  if (stat(file.c_str(), &status) != 0) throw Error("no status of " + file.string());
  return std::chrono::system_clock::time_point(std::chrono::seconds(status.st_ctim.tv_sec) +
                                               std::chrono::nanoseconds(status.st_ctim.tv_nsec));
}

/// The digest at a time so long after the file's last change.
Digest digest_after(std::chrono::milliseconds age, const Store& store, const fs::path& file) {
  return file_digest(store, file, {}, [&] { return changed(file) + age; });
}
/// Of a file old enough to be remembered.
Digest digest_of_old(const Store& store, const fs::path& file) {
  return digest_after(std::chrono::milliseconds(2001), store, file);
}

/// A file system's clock ticks every few milliseconds: until then a change would show no time.
void await_tick(const fs::path& file) {
  const auto other = file.string() + ".tick";
  REQUIRE(pipeline::testing::in_time([&] {
    write_file(other, "");
    return changed(other) > changed(file);
  }));
}

/// Nothing is remembered of files in memory, where temporary files lie on some machines.
bool in_memory(const fs::path& file) {
  struct statfs system {};
  return statfs(file.c_str(), &system) == 0 && system.f_type == TMPFS_MAGIC;
}

/// Has the cache remember another digest of its one file, so that a memory that is used shows.
const Digest kFalse = std::string(64, '0');
fs::path falsify(const fs::path& root) {
  fs::path entry;
  for (const auto& found : fs::recursive_directory_iterator(root / "files"))
    if (found.is_regular_file()) entry = found;
  Value memory = unseal(*read_text(entry));
  memory.map()["sha256"] = kFalse;
  write_file(entry, seal(memory));
  return entry;
}

TEST_CASE("a file is remembered once two seconds have passed since its last change") {
  const TempFolder folder;
  Store store(folder / "cache");
  write_file(folder / "data", "one");
  if (in_memory(folder / "data")) return;
  digest_after(std::chrono::milliseconds(1999), store, folder / "data");
  CHECK(remembered(folder / "cache") == 0);
  digest_after(std::chrono::milliseconds(2001), store, folder / "data");
  CHECK(remembered(folder / "cache") == 1);
}

TEST_CASE("a settled file is remembered, until it changes even with its size and mtime kept") {
  const TempFolder folder;
  Store store(folder / "cache");
  const fs::path file = folder / "plain";
  write_file(file, "one");
  if (in_memory(file)) return;
  CHECK(digest_of_old(store, file) == digest_of(std::string("one")));
  CHECK(remembered(folder / "cache") == 1);
  const fs::path entry = falsify(folder / "cache");
  CHECK(file_digest(store, file) == kFalse);
  // By whatever way the file is named.
  CHECK(file_digest(store, file.parent_path() / "." / ".." / file.parent_path().filename() /
                               "plain") == kFalse);

  struct stat status {};
  stat(file.c_str(), &status);
  const timespec times[] = {status.st_atim, status.st_mtim};
  await_tick(file);
  write_file(file, "two");
  utimensat(AT_FDCWD, file.c_str(), times, 0);
  CHECK(file_digest(store, file) == digest_of(std::string("two")));

  write_file(entry, "damaged");
  CHECK(file_digest(store, file) == digest_of(std::string("two")));
}

// While a page of a mapping is dirty, further writes to it change no time.
TEST_CASE("a change through a mapping shows, also on a page that was dirty when it was read") {
  const TempFolder folder;
  Store store(folder / "cache");
  const fs::path file = folder / "mapped";
  write_file(file, "one");
  const FileDescriptor fd = open_file(file, O_RDWR);
  auto* mapping =
      static_cast<char*>(mmap(nullptr, 3, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0));
  REQUIRE(mapping != MAP_FAILED);
  std::memcpy(mapping, "two", 3);
  CHECK(digest_of_old(store, file) == digest_of(std::string("two")));
  CHECK((remembered(folder / "cache") == 1 || in_memory(file)));
  await_tick(file);
  std::memcpy(mapping, "six", 3);
  CHECK(file_digest(store, file) == digest_of(std::string("six")));
  munmap(mapping, 3);
}

TEST_CASE("a file in memory is not remembered: its times never tell what a mapping writes") {
  const fs::path file = "/dev/shm/pipeline_cache_tests_" + std::to_string(getpid());
  if (!in_memory(file.parent_path())) return;
  const TempFolder folder;
  Store store(folder / "cache");
  write_file(file, "one");
  CHECK(digest_of_old(store, file) == digest_of(std::string("one")));
  CHECK(remembered(folder / "cache") == 0);
  fs::remove(file);
}

TEST_CASE("a store that checks files reads each once, whatever is remembered of it") {
  const TempFolder folder;
  const fs::path file = folder / "checked";
  write_file(file, "one");
  if (in_memory(file)) return;
  digest_of_old(Store(folder / "cache"), file);
  falsify(folder / "cache");
  CHECK(file_digest(Store(folder / "cache"), file) == kFalse);
  Store checking(folder / "cache");
  checking.check_files();
  CHECK(digest_of_old(checking, file) == digest_of(std::string("one")));
  falsify(folder / "cache");
  CHECK(file_digest(checking, file) == kFalse);
}

TEST_CASE("what is no readable file is an error, at once") {
  const TempFolder folder;
  Store store(folder / "cache");
  CHECK_THROWS_WITH(file_digest(store, folder / "nothing"),
                    Catch::Contains("nothing") && Catch::Contains("No such file"));
  CHECK_THROWS_WITH(file_digest(store, folder.path()),
                    Catch::Contains("expected a file, found a folder"));
  mkfifo((folder / "fifo").c_str(), 0600);
  CHECK_THROWS_WITH(file_digest(store, folder / "fifo"),
                    Catch::Contains("expected a file, found a device or pipe"));
  CHECK_THROWS_AS(read_file_digest(folder / "nothing"), Error);
}

}  // namespace
}  // namespace pipeline::cache
