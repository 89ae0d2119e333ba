#include "cli/workspace.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/dll/runtime_symbol_info.hpp>

#include "cli/start_folder.h"
#include "config/identity.h"
#include "pipeline/paths.h"
#include "pipeline/printable.h"

namespace pipeline::cli {
namespace fs = std::filesystem;
namespace {

/// Those that come with the program: installed with it, or of the tree that it was built from.
fs::path shipped_pipelines() {
  const fs::path bin = boost::dll::program_location().parent_path();
  std::error_code ignored;
  const bool built = fs::exists(bin / PIPELINE_BUILD_FROM_BUILT_BIN / "CMakeCache.txt", ignored);
  return tidied(bin / (built ? PIPELINE_PIPELINES_FROM_BUILT_BIN : PIPELINE_PIPELINES_FROM_BIN));
}

std::vector<fs::path> search_folders() { return {"pipelines", shipped_pipelines()}; }

config::Pipeline read_pipeline(const Arguments& arguments, std::size_t first_override) {
  const std::string file = required_file(arguments);
  const auto& words = arguments.positional();
  return config::read(file, {words.begin() + std::ptrdiff_t(first_override), words.end()},
                      search_folders());
}

/// A folder of exports of its own for each pipeline. In it, `latest` is the link to the last run's.
std::string exports_name(const fs::path& file) {
  const fs::path here = ".";
  std::string place = config::place_in(shipped_pipelines(), file);
  if (place.empty()) place = config::place_in(here, file);
  const fs::path steps = place;
  if (!place.empty() && std::find(steps.begin(), steps.end(), "latest") == steps.end())
    return place;
  return fmt::format("{}-{:.8}", beginning_of(file.stem().native(), 100),
                     cache::digest_of(config::identity_in(here, file)));
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
  for (const std::string& repair : store.repairs())
    fmt::print(stderr, "warning: {}\n", printable(as_written(repair)));
}

Workspace::Workspace(const Arguments& arguments, cache::Store::Access access,
                     std::size_t first_override)
    : Workspace(named(read_pipeline(arguments, first_override), cache_folder(arguments)),
                cache_folder(arguments), access) {
  if (arguments.has(kCheckFiles.name)) store.check_files();
}

Workspace::Workspace(Named named, const fs::path& cache, cache::Store::Access access)
    : registry(plugins()),
      pipeline(plan::check(std::move(named.config), registry)),
      store(cache, access),
      exports_folder(std::move(named.exports_folder)) {
  tell_repairs(store);
}

Workspace::Named Workspace::named(config::Pipeline config, const fs::path& cache) {
  config.name = config::identity_in(absolute_path(cache).parent_path(), config.file);
  fs::path exports = from_start("runs/" + exports_name(config.file));
  return {std::move(config), std::move(exports)};
}

}  // namespace pipeline::cli
