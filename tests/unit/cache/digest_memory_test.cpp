#include "cache/digest_memory.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <ctime>
#include <thread>

#include "cache/files.h"
#include "cache/record_text.h"
#include "support/process.h"
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

// The time of a file's last change of state (ctime) cannot be set, so the test waits for two
// seconds to pass.
TEST_CASE("a settled file is remembered, until it changes even with its size and mtime kept") {
  const TempFolder folder;
  Store store(folder / "cache");
  const fs::path file = folder / "data";
  write_file(file, "one");
  std::this_thread::sleep_for(std::chrono::milliseconds(2200));
  CHECK(file_digest(store, file) == digest_of(std::string("one")));
  CHECK(remembered(folder / "cache") == 1);

  // What is remembered is used: a false memory shows.
  fs::path entry;
  for (const auto& found : fs::recursive_directory_iterator(folder / "cache/files"))
    if (found.is_regular_file()) entry = found;
  Value memory = unseal(*read_text(entry));
  memory.map()["sha256"] = std::string(64, '0');
  write_file(entry, seal(memory));
  CHECK(file_digest(store, file) == std::string(64, '0'));
  // By whatever way the file is named.
  CHECK(file_digest(store, folder.path() / "." / ".." / folder.path().filename() / "data") ==
        std::string(64, '0'));

  struct stat status {};
  stat(file.c_str(), &status);
  const timespec times[] = {status.st_atim, status.st_mtim};
  write_file(file, "two");
  utimensat(AT_FDCWD, file.c_str(), times, 0);
  CHECK(file_digest(store, file) == digest_of(std::string("two")));

  write_file(entry, "damaged");
  CHECK(file_digest(store, file) == digest_of(std::string("two")));
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
