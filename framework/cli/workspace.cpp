#include "cli/workspace.h"

#include <boost/dll/runtime_symbol_info.hpp>

#include "cli/start_folder.h"

namespace pipeline::cli {
namespace {

// Beside the working directory, and where the program's own pipelines are installed.
std::vector<std::filesystem::path> search_folders() {
  const std::filesystem::path program = boost::dll::program_location();
  return {"pipelines", (program.parent_path() / "../share/pipeline/pipelines").lexically_normal()};
}

std::vector<std::string> overrides_of(const Arguments& arguments) {
  required_file(arguments);
  return {arguments.positional().begin() + 1, arguments.positional().end()};
}

}  // namespace

std::string required_file(const Arguments& arguments) {
  if (arguments.positional().empty())
    throw Error("expected a pipeline file, as in 'pipeline run vae_conv.yaml', got none");
  return arguments.positional()[0];
}

std::filesystem::path cache_folder(const Arguments& arguments) {
  return from_start(arguments.get("cache", ".pipeline"));
}

Workspace::Workspace(const Arguments& arguments)
    : Workspace(required_file(arguments), overrides_of(arguments), cache_folder(arguments)) {}

Workspace::Workspace(const std::string& file, const std::vector<std::string>& overrides,
                     const std::filesystem::path& cache)
    : Workspace(config::load(file, overrides, search_folders()), cache) {}

Workspace::Workspace(config::Pipeline config, const std::filesystem::path& cache)
    : registry(plan::Registry::default_folders()),
      pipeline(plan::check(std::move(config), registry)),
      store(cache) {}

}  // namespace pipeline::cli
