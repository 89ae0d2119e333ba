#include "cli/workspace.h"

#include <fmt/format.h>

#include <boost/dll/runtime_symbol_info.hpp>

#include "cli/start_folder.h"
#include "config/identity.h"
#include "pipeline/paths.h"
#include "pipeline/printable.h"

namespace pipeline::cli {
namespace fs = std::filesystem;
namespace {

/// Those that come with the program: installed, or in the tree that it was built from.
fs::path shipped_pipelines() {
  const fs::path bin = boost::dll::program_location().parent_path();
  std::error_code ignored;
  const fs::path installed = tidied(bin / PIPELINE_PIPELINES_FROM_BIN);
  return fs::is_directory(installed, ignored) ? installed
                                              : tidied(bin / PIPELINE_PIPELINES_FROM_BUILT_BIN);
}

std::vector<fs::path> search_folders() { return {"pipelines", shipped_pipelines()}; }

std::vector<std::string> overrides_of(const Arguments& arguments) {
  required_file(arguments);
  return {arguments.positional().begin() + 1, arguments.positional().end()};
}

plan::Registry& plugins() {
  static auto* const registry = new plan::Registry(plan::Registry::default_folders());
  return *registry;
}

}  // namespace

std::string required_file(const Arguments& arguments) {
  if (arguments.positional().empty())
    throw Error("expected a pipeline file, as in 'pipeline run vae_conv.yaml', got none");
  return arguments.positional()[0];
}

fs::path cache_folder(const Arguments& arguments) {
  return from_start(arguments.get("cache", ".pipeline"));
}

void tell_repairs(const cache::Store& store) {
  for (const std::string& repair : store.repairs()) fmt::print(stderr, "warning: {}\n", repair);
}

Workspace::Workspace(const Arguments& arguments, cache::Store::Access access)
    : Workspace(required_file(arguments), overrides_of(arguments), cache_folder(arguments),
                access) {
  if (arguments.has(kCheckFiles.name)) store.check_files();
}

Workspace::Workspace(const std::string& file, const std::vector<std::string>& overrides,
                     const fs::path& cache, cache::Store::Access access)
    : Workspace(named(config::read(file, overrides, search_folders()), cache), cache, access) {}

Workspace::Workspace(Named named, const fs::path& cache, cache::Store::Access access)
    : registry(plugins()),
      pipeline(plan::check(std::move(named.config), registry)),
      store(cache, access),
      exports_folder(std::move(named.exports_folder)) {
  tell_repairs(store);
}

Workspace::Named Workspace::named(config::Pipeline config, const fs::path& cache) {
  const fs::path project = absolute_path(cache).parent_path();
  config.name = config::identity_in(project, config.file);
  std::string place;
  for (const fs::path& home : {shipped_pipelines(), project, fs::path(".")})
    if (place.empty()) place = config::place_in(home, config.file);
  if (place.empty())
    place = fmt::format("{}-{:.8}", beginning_of(config.file.stem().native(), 100),
                        cache::digest_of(config.name));
  return {std::move(config), "runs/" + place};
}

}  // namespace pipeline::cli
