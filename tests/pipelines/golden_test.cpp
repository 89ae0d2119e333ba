// Every folder below errors/ is a user's mistake: files, the command (`run p.yaml` if there is no
// file `command`) and the exact message in `expected`. None may start any work. `plugins` names one
// of the plugins that the build makes for these tests.
#include <catch2/catch.hpp>
#include <filesystem>
#include <regex>
#include <sstream>

#include "contract/project.h"
#include "pipeline/plugin.h"

namespace fs = std::filesystem;
using namespace pipeline::testing;

namespace {

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
  return text;
}

std::vector<std::string> command_of(const fs::path& folder) {
  std::vector<std::string> command = {pipeline_binary()};
  std::istringstream words(fs::exists(folder / "command") ? read_file(folder / "command")
                                                          : "run p.yaml");
  for (std::string word; words >> word;) command.push_back(word);
  return command;
}

std::string plugin_path(const fs::path& original, const fs::path& folder) {
  std::string path = test_plugin("toys").string() + ":" + folder.string();
  if (!fs::exists(original / "plugins")) return path;
  std::istringstream words(read_file(original / "plugins"));
  for (std::string name; words >> name;) path += ":" + test_plugin(name).string();
  return path;
}

// Folders of this machine, and its compiler, by name.
std::string shown(const std::string& text, const fs::path& folder) {
  const std::string source = pipeline::testing::source_folder().string();
  return replaced(replaced(replaced(text, folder.string(), "$FOLDER"), source, "$SOURCE"),
                  pipeline::kToolchain, "$TOOLCHAIN");
}

}  // namespace

TEST_CASE("Each mistake gets its message, and nothing runs") {
  const fs::path cases = source_folder() / "tests/pipelines/errors";
  int count = 0;
  for (const auto& entry : fs::directory_iterator(cases)) {
    const TempFolder folder;
    fs::copy(entry.path(), folder.path(),
             fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    fs::remove(folder / "expected");
    const Ran ran = run_program(command_of(entry.path()), folder.path(),
                                {{"PIPELINE_PLUGIN_PATH", plugin_path(entry.path(), folder.path())},
                                 {"TOY_LOG", (folder / "toy.log").string()}});
    INFO(entry.path().filename().string());
    CHECK(shown(ran.err, folder.path()) == read_file(entry.path() / "expected"));
    CHECK(ran.out == "");
    CHECK(ran.status == 2);
    CHECK_FALSE(fs::exists(folder / "toy.log"));
    CHECK_FALSE(fs::exists(folder / "runs"));
    ++count;
  }
  CHECK(count >= 40);
}

TEST_CASE("A damaged result is named with what was found and what to do") {
  const Project project("  n: {use: toy.numbers, with: {count: 5}}\n");
  const fs::path stored = project / project.run().finished("n").at("output").as_string();
  const auto verified = [&] {
    const Ran ran = project({"cache", "verify"});
    CHECK(ran.status == 1);
    CHECK(ran.err == "");
    return replaced(ran.out, fs::relative(stored, project / "").string(), "$FILE");
  };
  fs::permissions(stored, fs::perms::owner_write, fs::perm_options::add);
  const std::string bytes = read_file(stored);
  const std::string advice =
      "; remove the file, and a run that needs it computes stage 'n' of 'p' again\n";

  SECTION("cut short") {
    write_file(stored, bytes.substr(0, 100));
    CHECK(verified() == "'$FILE' is damaged: it has 100 bytes, expected " +
                            std::to_string(bytes.size()) + advice + "1 problem\n");
  }
  SECTION("another value in an array") {
    // The values are 0, 1, 2, 3, 4; the XXH3 of these twenty bytes, and of those with 8 for 4, are
    // xxhsum's.
    const std::string four("\x00\x00\x80\x40", 4), eight("\x00\x00\x00\x41", 4);
    const std::size_t at = bytes.rfind(four);
    REQUIRE(at != std::string::npos);
    write_file(stored, bytes.substr(0, at) + eight + bytes.substr(at + 4));
    CHECK(verified() ==
          "'$FILE', dataset '/x' is damaged: its checksum is b22b0582d4447a03, expected "
          "6fa6c920ae61938b" +
              advice + "1 problem\n");
  }
  SECTION("no HDF5 at all") {
    write_file(stored, std::string(bytes.size(), 'x'));
    const std::string message = verified();
    CHECK(std::regex_replace(message, std::regex("[0-9a-f]{16}"), "@") ==
          "'$FILE' is damaged: outside of its datasets the checksum is @, expected @" + advice +
              "1 problem\n");
  }
}
