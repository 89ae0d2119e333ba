#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace pipeline {

/// Whom a result serves.
enum class Caching {
  always,        ///< whoever has the same key
  this_machine,  ///< this machine alone: its processor and its identity go into the key
  never,         ///< nobody: the stage runs in every run. What depends on it goes by its outputs'
                 ///< content, as always
};

/// What a result depends on besides parameters, inputs and code, and what it takes to compute it,
/// as components declare it.
struct Dependencies {
  struct Variable {
    std::optional<std::string> value;  ///< none where it is not set
    std::string help;
  };
  struct Program {
    std::string help;     ///< what it does
    std::string install;  ///< what to do where it is not there
  };
  enum class FileKind { file, folder, library };
  struct File {
    std::filesystem::path path;  ///< absolute
    FileKind kind = FileKind::file;
    friend bool operator==(const File&, const File&) = default;
  };
  std::map<std::string, Variable> environment;     ///< by name
  std::map<std::string, std::vector<File>> files;  ///< by what they are, each once, in order
  std::map<std::string, Program> programs;         ///< by name; no result depends on them
  Caching caching = Caching::always;
  std::string caching_why;  ///< "" for always

  /// Those of a component that has a part in the same result; the stricter caching holds.
  void add(const Dependencies& more);
  /// add() would change nothing that a result depends on.
  bool covers(const Dependencies& more) const;
};

}  // namespace pipeline
