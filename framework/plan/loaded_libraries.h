#pragma once
#include <filesystem>
#include <memory>
#include <set>
#include <vector>

#include "plan/files.h"

namespace pipeline::plan {

/// The libraries that this process has loaded at a moment, to see which come later: code that a key
/// may not know. Of several stages that run at once it cannot tell whose they are.
class LoadedLibraries {
 public:
  LoadedLibraries();
  /// Those loaded since that no key part covers: not the system's, not this project's, not among
  /// the declared files.
  std::vector<std::filesystem::path> unknown_since(const FileDigests& declared) const;

 private:
  std::shared_ptr<const std::set<std::filesystem::path>> files_;
};

}  // namespace pipeline::plan
