#include "cache/io_error.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <functional>

#include "cache/digest_memory.h"
#include "cache/files.h"
#include "cache/found_files.h"
#include "cache/store.h"
#include "support/process.h"
#include "unit/cache/forked.h"

// What the system refuses is told with what helps: it depends on what was to be done.

namespace pipeline::cache {
namespace {
namespace fs = std::filesystem;

using Catch::Contains;
using pipeline::testing::TempFolder;
using pipeline::testing::write_file;

template <class Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}
std::string on_reading(int number) {
  return message_of([&] { throw_read_error("x", number); });
}
std::string on_writing(int number) {
  return message_of([&] { throw_io_error("write", "x", number); });
}
std::string on_removing(int number) {
  return message_of([&] { throw_remove_error("x", number); });
}

TEST_CASE("a right that lacks is the one to read, to write or to remove") {
  for (const int number : {EACCES, EPERM}) {
    CHECK_THAT(on_reading(number), Contains("have its owner let you read it"));
    CHECK_THAT(on_writing(number), Contains("name a folder that you may write to"));
    CHECK_THAT(on_removing(number), Contains("have its owner remove it"));
  }
  CHECK_THAT(on_writing(EROFS), Contains("name a folder that you may write to"));
  CHECK_THAT(on_removing(EROFS), Contains("mount its file system for writing"));
}

TEST_CASE("nobody who reads is told to free space or to write elsewhere") {
  for (const int number : {EACCES, EPERM, EROFS, ENOSPC, EDQUOT, EMFILE, ENFILE, EIO, ESTALE, ELOOP,
                           ENAMETOOLONG, EISDIR, ENXIO, ENOTDIR, EFBIG, EXDEV}) {
    CAPTURE(number);
    CHECK_THAT(on_reading(number), Catch::StartsWith("cannot read 'x': "));
    CHECK_THAT(on_reading(number), !Contains("write") && !Contains("free some space"));
  }
}

TEST_CASE("a full disk is told to be emptied, but not by gc where gc is what fails") {
  for (const int number : {ENOSPC, EDQUOT}) {
    CHECK_THAT(on_writing(number), Contains("`pipeline cache gc`"));
    CHECK_THAT(on_removing(number), !Contains("gc") && Contains("free some space elsewhere"));
  }
}

TEST_CASE(
    "what ails the process, the machine, the disk or the path is told whatever was to be done") {
  const std::pair<int, const char*> advice[] = {
      {EMFILE, "ulimit -n"},     {ENFILE, "on this machine"},    {EIO, "disk may be failing"},
      {ESTALE, "mount it anew"}, {ENAMETOOLONG, "shorter path"}, {ENOTDIR, "folders on the way"}};
  for (const auto& [number, text] : advice)
    for (const std::string& told : {on_reading(number), on_writing(number), on_removing(number)})
      CHECK_THAT(told, Contains(text));
}

TEST_CASE("links in a circle are no file to read, and a link is no file to write") {
  const TempFolder folder;
  fs::create_symlink("b", folder / "a");
  fs::create_symlink("a", folder / "b");
  CHECK(message_of([&] { read_text(folder / "a"); }) ==
        "cannot read '" + (folder / "a").string() +
            "': Too many levels of symbolic links; the links on its way lead in a "
            "circle");
}

TEST_CASE("only what lies at the file makes it unreadable, and its problem has no advice") {
  for (const int number : {EIO, EACCES, ESTALE, ELOOP})
    CHECK_THROWS_AS(throw_read_error("x", number), Unreadable);
  for (const int number : {EMFILE, ENFILE, ENOMEM, ENAMETOOLONG}) try {
      throw_read_error("x", number);
    } catch (const Unreadable&) {
      FAIL("of this process, not of the file: " << number);
    } catch (const Error&) {}
  try {
    throw_read_error("x", EIO);
  } catch (const Unreadable& unreadable) {
    CHECK(unreadable.problem() == "cannot read 'x': Input/output error");
  }
}

// As a user without rights, which root never is: what `call` says.
void check_as_nobody(const std::function<std::string()>& call, const std::string& expected) {
  CAPTURE(expected);
  CHECK(testing::Forked([&] {
          if (geteuid() == 0 && (setegid(65534) != 0 || seteuid(65534) != 0)) return false;
          return call() == expected;
        }).wait() == 0);
}

TEST_CASE("files and folders without the right to read them are told as such") {
  const TempFolder folder;
  fs::permissions(folder.path(), fs::perms(0755));
  write_file(folder / "data", "1 2 3");
  Store store(folder / "cache");
  for (const auto& entry : fs::recursive_directory_iterator(folder.path()))
    fs::permissions(entry, fs::perms(0777));
  const fs::path file = folder / "data", records = folder / "cache/records";
  fs::permissions(file, fs::perms(0));
  fs::permissions(records, fs::perms(0300));
  const auto told = [](const fs::path& path) {
    return "cannot read '" + path.string() + "': Permission denied; have its owner let you read it";
  };
  check_as_nobody([&] { return message_of([&] { file_digest(store, file); }); }, told(file));
  check_as_nobody([&] { return message_of([&] { files_in(records); }); }, told(records));
  fs::permissions(records, fs::perms(0755));
}

TEST_CASE("a link into a folder that is closed is not told to lead nowhere") {
  const TempFolder folder;
  fs::permissions(folder.path(), fs::perms(0777));
  fs::create_directories(folder / "closed/cache");
  fs::create_directory_symlink(folder / "closed/cache", folder / "link");
  fs::permissions(folder / "closed", fs::perms(0));
  check_as_nobody([&] { return message_of([&] { make_folders(folder / "link"); }); },
                  "cannot look at '" + (folder / "link").string() +
                      "': Permission denied; have its owner let you read it");
  fs::permissions(folder / "closed", fs::perms(0755));
}

}  // namespace
}  // namespace pipeline::cache
