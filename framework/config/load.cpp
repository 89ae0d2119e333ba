#include <fmt/format.h>

#include "config/config.h"
#include "config/files.h"
#include "config/scope.h"
#include "config/source.h"
#include "config/stages.h"
#include "pipeline/error.h"

namespace pipeline::config {
namespace fs = std::filesystem;
namespace {

fs::path find_file(const std::string& file, const std::vector<fs::path>& search_folders) {
  if (file.empty()) throw Error("no pipeline file is named");
  const fs::path wanted(file);
  std::vector<fs::path> places{wanted};
  if (!wanted.has_parent_path())
    for (const fs::path& folder : search_folders) places.push_back(folder / wanted);
  for (const fs::path& place : places)
    if (fs::path found = existing_file(place); !found.empty()) return found;
  std::error_code error;
  for (const fs::path& place : places)
    if (fs::is_directory(place, error)) return place;  // read_source() says what is wrong with it

  std::string looked;
  std::vector<std::string> near;
  for (const fs::path& place : places) {
    looked += (looked.empty() ? "" : ", ") + place.string();
    const fs::path folder = place.has_parent_path() ? place.parent_path() : ".";
    for (const std::string& name : files_in(folder))
      near.push_back(place.has_parent_path() ? (folder / name).string() : name);
  }
  // A name counts as near in whatever folder it lies.
  std::string best;
  std::vector<std::string> stems;
  for (const std::string& name : near) stems.push_back(fs::path(name).filename().string());
  const std::string stem = nearest_name(wanted.stem().string(), stems);
  for (const std::string& name : near)
    if (!stem.empty() && best.empty() && fs::path(name).filename() == stem) best = name;
  throw Error(
      fmt::format("there is no pipeline file '{}' (looked for {}, with and without .yaml){}", file,
                  looked, best.empty() ? "" : fmt::format("; did you mean '{}.yaml'?", best)));
}

Pipeline read(const std::string& file, const std::vector<std::string>& overrides,
              const std::vector<fs::path>& search_folders, bool with_vars) {
  const fs::path found = find_file(file, search_folders);
  Problems problems;
  Overrides given(overrides, problems);
  Program program = read_files(found, given, problems);
  Scope scope(program.vars, program.missing.vars, problems);
  Pipeline pipeline;
  pipeline.name = program.file.stem().string();
  pipeline.description = program.description;
  pipeline.file = program.file;
  scope.resolve_all();
  if (with_vars) pipeline.vars = scope.values();
  pipeline.groups = Value::Map();
  for (const auto& [group, choice] : program.groups) pipeline.groups.map()[group] = choice;
  pipeline.stages = resolve_stages(program, scope, given, problems);
  if (program.stages.empty() && problems.additions() == 0)
    problems.add(program.at, "the pipeline has no stages; name them under 'stages:'");
  pipeline.misses_stages = program.missing.stages;
  pipeline.problems = problems.take();
  return pipeline;
}

}  // namespace

Pipeline read(const std::string& file, const std::vector<std::string>& overrides,
              const std::vector<fs::path>& search_folders) {
  return read(file, overrides, search_folders, false);
}

Pipeline load(const std::string& file, const std::vector<std::string>& overrides,
              const std::vector<fs::path>& search_folders) {
  Pipeline pipeline = read(file, overrides, search_folders, true);
  if (!pipeline.problems.empty()) throw Errors(std::move(pipeline.problems));
  return pipeline;
}

}  // namespace pipeline::config
