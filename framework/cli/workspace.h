#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "cache/store.h"
#include "cli/arguments.h"
#include "plan/checked_pipeline.h"
#include "plan/registry.h"

namespace pipeline::cli {

/// What a command on a pipeline file works with: plugins, the pipeline checked against them, cache.
struct Workspace {
  plan::Registry registry;
  plan::CheckedPipeline pipeline;
  cache::Store store;

  /// From the command's arguments: FILE, `key=value` …, --cache. Throws config::Errors or Error.
  explicit Workspace(const Arguments& arguments);
  Workspace(const std::string& file, const std::vector<std::string>& overrides,
            const std::filesystem::path& cache);

 private:
  // The files are read and all paths absolute before the first plugin is loaded: it may change the
  // working directory.
  Workspace(config::Pipeline config, const std::filesystem::path& cache);
};

/// The first positional argument; Error if there is none.
std::string required_file(const Arguments& arguments);
/// --cache, absolute.
std::filesystem::path cache_folder(const Arguments& arguments);

}  // namespace pipeline::cli
