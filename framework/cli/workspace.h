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
  /// Never unloaded: a thread that a stage has left behind may be in a plugin's code.
  plan::Registry& registry;
  plan::CheckedPipeline pipeline;
  cache::Store store;
  /// Where a run's exports go unless told otherwise: absolute, in `runs/` of the working directory.
  /// There an installed pipeline goes by its name, a file below the working directory by its place;
  /// the name of any other, and of one with a step called `latest`, gets a digest of its path.
  std::filesystem::path exports_folder;

  /// From the command's arguments: FILE, --cache, --check-files and, among the positional ones from
  /// `first_override` on, `key=value` …. Commands that look and change nothing ask for `read`.
  /// Throws config::Errors or Error.
  Workspace(const Arguments& arguments, cache::Store::Access access,
            std::size_t first_override = 1);

 private:
  struct Named {
    config::Pipeline config;
    std::filesystem::path exports_folder;
  };
  // The files are read and all paths absolute before the first plugin is loaded: it may change the
  // working directory, and print.
  Workspace(Named named, const std::filesystem::path& cache, cache::Store::Access access);
  static Named named(config::Pipeline config, const std::filesystem::path& cache);
};

/// The first positional argument; Error if there is none.
std::string required_file(const Arguments& arguments);
/// --cache, absolute.
std::filesystem::path cache_folder(const Arguments& arguments);
/// On standard error: what was wrong with the cache's folder and has been mended.
void tell_repairs(const cache::Store& store);

}  // namespace pipeline::cli
