#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "config/overrides.h"
#include "config/problems.h"

namespace pipeline::config {

/// A pipeline's files laid over each other, with nothing replaced yet. From the bottom: the chosen
/// files of groups, the included files, the file itself, the command line's vars.
struct Program {
  std::filesystem::path file;
  Position at;  ///< the file's beginning
  std::string description;
  std::vector<Node::Entry> vars;
  std::vector<Node::Entry> stages;  ///< each a map with keys out of use, in, with, foreach, threads
  std::map<std::string, std::string> groups;  ///< the choice of each
  Missing missing;
};

/// Reads the file, what it includes and the chosen file of each group. Error where the file itself
/// cannot be read. Throws Errors where it is no YAML; all else that is wrong becomes a problem, and
/// every stage is `broken` where parts of stages may be missing.
Program read_files(const std::filesystem::path& file, Overrides& overrides, Problems& problems);

}  // namespace pipeline::config
