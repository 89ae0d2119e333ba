#pragma once
#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace pipeline::testing {

/// A folder that goes with the object.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

std::string read_file(const std::filesystem::path& file);
void write_file(const std::filesystem::path& file, const std::string& text);

/// A program that runs in the background, with its output in files of its own.
class Process {
 public:
  Process(const std::vector<std::string>& command, const std::filesystem::path& folder,
          const std::map<std::string, std::string>& environment = {});
  ~Process();  ///< kills what still runs
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  void signal(int number) const;
  /// The exit status, or 128 + the signal that ended it.
  int wait();
  /// MiB of memory that it, or a process that it started, had at most; after wait().
  double peak_memory() const { return peak_memory_; }
  std::string output() const { return read_file(files_ / "out"); }
  std::string errors() const { return read_file(files_ / "err"); }

 private:
  TempFolder files_;
  pid_t pid_ = -1;
  int status_ = 0;
  double peak_memory_ = 0;
};

struct Ran {
  int status;
  std::string out, err;
};
/// Runs to the end.
Ran run_program(const std::vector<std::string>& command, const std::filesystem::path& folder,
                const std::map<std::string, std::string>& environment = {});

/// The built `pipeline`, from the environment that ctest sets.
std::string pipeline_binary();
/// The folder of a plugin that the build makes for tests: "toys".
std::filesystem::path test_plugin(const std::string& name);
std::filesystem::path source_folder();

}  // namespace pipeline::testing
