// Every folder below errors/ is a user's mistake: files, the command (`run p.yaml` if there is no
// file `command`) and the exact message in `expected`. None may start any work.
#include <catch2/catch.hpp>
#include <filesystem>
#include <sstream>

#include "support/process.h"

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

// Folders of this machine by name.
std::string shown(const std::string& text, const fs::path& folder) {
  const fs::path build = fs::path(pipeline_binary()).parent_path().parent_path();
  return replaced(replaced(text, folder.string(), "$FOLDER"), build.string(), "$BUILD");
}

}  // namespace

TEST_CASE("Each mistake gets its message, and nothing runs") {
  const fs::path cases = source_folder() / "tests/pipelines/errors";
  const std::string toys = (fs::path(pipeline_binary()).parent_path() / "../tests/toys").string();
  int count = 0;
  for (const auto& entry : fs::directory_iterator(cases)) {
    const TempFolder folder;
    fs::copy(entry.path(), folder.path(), fs::copy_options::recursive);
    fs::remove(folder / "expected");
    const Ran ran = run_program(command_of(entry.path()), folder.path(),
                                {{"PIPELINE_PLUGIN_PATH", toys + ":" + folder.path().string()},
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
