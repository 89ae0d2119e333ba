#include "cli/start_folder.h"

#include <catch2/catch.hpp>

using namespace pipeline::cli;
namespace fs = std::filesystem;

TEST_CASE("Paths count from the folder at the start, and are shown as they were written") {
  remember_start_folder();
  const fs::path start = fs::current_path();
  const std::string cache = from_start("cache"), below = from_start("cache/below"),
                    beside = from_start("../beside");
  fs::current_path("/");
  CHECK(from_start("cache") == start / "cache");
  CHECK(from_start("/somewhere") == fs::path("/somewhere"));
  fs::current_path(start);
  CHECK(as_written("cannot read '" + cache + "/objects/x': why") ==
        "cannot read 'cache/objects/x': why");
  CHECK(as_written(cache + ", " + below + "; " + beside) == "cache, cache/below; ../beside");
  CHECK(as_written("/somewhere/cache") == "/somewhere/cache");
  // No part of another path.
  CHECK(as_written(cache + "2") == cache + "2");
  CHECK(as_written("/mnt" + cache) == "/mnt" + cache);
}
