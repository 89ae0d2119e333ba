#include "byte_reader.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "files.h"

using namespace pipeline;
using namespace pipeline::data;

TEST_CASE("A file that is cut while it is read ends there, and nothing worse") {
  const TempFolder folder;
  const std::string path = folder.write("f", std::string(1 << 20, 'x'));
  const auto reader = open_bytes(path);
  std::string bytes(1 << 20, '\0');
  REQUIRE(reader->read(bytes.data(), 10) == 10);
  std::filesystem::resize_file(path, 100);
  CHECK(reader->read(bytes.data(), bytes.size()) < bytes.size() / 2);
  CHECK(reader->read(bytes.data(), 1) == 0);
}

TEST_CASE("What the system refuses to read is an error that names it, with the reason") {
  const TempFolder folder;
  const std::string path = (folder.path() / "f").string();
  std::filesystem::create_directory(path);
  CHECK(message_of([&] { open_bytes(path); }) == "cannot read '" + path + "': Is a directory");
}
