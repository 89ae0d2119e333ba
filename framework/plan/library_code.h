#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "pipeline/value.h"
#include "plan/elf.h"

namespace pipeline::plan {

/// True of what lies in a folder where the system keeps its libraries: /lib, /usr/lib, and the same
/// with a word size behind (/usr/lib64). /usr/local/lib is not one: users put theirs there.
bool is_system_library(const std::filesystem::path& file);

/// Finds out which code a library brings into this process: its own, and that of the libraries it
/// links that are this project's or stand outside the system's folders. Reads each file once.
class LibraryCode {
 public:
  /// Adds the build ids by library, the file's own under `name`. Error if one has none.
  void collect(const std::string& name, const std::filesystem::path& file, Value::Map& code);
  /// Learns which libraries have been loaded by now.
  void look_around();

 private:
  std::filesystem::path find_loaded(const std::string& name);
  bool counts_as_code(const std::string& name, const std::filesystem::path& file);
  std::string soname_of(const std::filesystem::path& file);
  const ElfInfo& read(const std::filesystem::path& file);

  std::map<std::string, std::filesystem::path> loaded_;  ///< by file name
  std::map<std::filesystem::path, ElfInfo> read_;
  std::map<std::filesystem::path, bool> of_the_system_;
};

}  // namespace pipeline::plan
