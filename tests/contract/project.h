#pragma once
#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "support/process.h"
#include "support/run_events.h"

namespace pipeline::testing {

/// A user's folder with a pipeline file, a cache and toy plugins, in which commands are run.
class Project {
 public:
  explicit Project(const std::string& stages, std::vector<std::string> plugins = {"toys"})
      : plugins_(std::move(plugins)) {
    write("p.yaml", "stages:\n" + stages);
  }

  void write(const std::string& name, const std::string& text) const {
    write_file(folder_ / name, text);
  }
  std::string read(const std::string& name) const { return read_file(folder_ / name); }
  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }

  Ran operator()(const std::vector<std::string>& words) const {
    return run_program(command(words), folder_.path(), environment());
  }
  Process start(const std::vector<std::string>& words) const {
    return Process(command(words), folder_.path(), environment());
  }

  /// `run p.yaml words… --json`
  RunEvents run(std::vector<std::string> words = {}) const {
    words.insert(words.begin(), "p.yaml");
    return run_with_events(std::move(words), folder_.path(), environment());
  }

  /// How often each component has been run so far, by the toys' own account.
  int executions(const std::string& what) const {
    std::istringstream lines(read("log"));
    int count = 0;
    for (std::string line; std::getline(lines, line);) count += line == what;
    return count;
  }
  std::map<std::string, std::string> environment() const {
    std::string path;
    for (const std::string& plugin : plugins_) path += test_plugin(plugin).string() + ":";
    return {{"PIPELINE_PLUGIN_PATH", path}, {"TOY_LOG", (folder_ / "log").string()}};
  }

 private:
  static std::vector<std::string> command(std::vector<std::string> words) {
    words.insert(words.begin(), pipeline_binary());
    return words;
  }
  std::vector<std::string> plugins_;
  TempFolder folder_;
};

}  // namespace pipeline::testing
