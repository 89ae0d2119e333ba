#include "plan/programs.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "plan/plan.h"

namespace pipeline::plan {
namespace {

bool is_program(const std::string& file) {
  struct stat found {};
  return stat(file.c_str(), &found) == 0 && S_ISREG(found.st_mode) &&
         access(file.c_str(), X_OK) == 0;
}

/// As execvp() and posix_spawnp() look: an empty entry is the working folder.
bool is_in_path(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::string_view rest = path ? path : "/bin:/usr/bin";
  for (;;) {
    const std::size_t end = rest.find(':');
    const std::string folder(rest.substr(0, end));
    if (is_program((folder.empty() ? "." : folder) + "/" + program)) return true;
    if (end == std::string_view::npos) return false;
    rest.remove_prefix(end + 1);
  }
}

bool lacks_program(const CheckedStage& stage) {
  const auto& programs = stage.dependencies.programs;
  return std::any_of(programs.begin(), programs.end(),
                     [](const auto& program) { return !is_in_path(program.first); });
}

}  // namespace

std::vector<std::string> missing_programs(const CheckedStage& stage) {
  const char* path = std::getenv("PATH");
  std::vector<std::string> lines;
  for (const auto& [name, program] : stage.dependencies.programs)
    if (!is_in_path(name))
      lines.push_back(fmt::format("{}, which {}, was not found in PATH ({}); install it: {}", name,
                                  program.help, path && *path ? path : "which is empty",
                                  program.install));
  return lines;
}

void require_programs(const CheckedPipeline& pipeline, cache::Store& store) {
  if (std::none_of(pipeline.stages.begin(), pipeline.stages.end(), lacks_program)) return;
  const std::vector<StagePlan> plans = make_plan(pipeline, store);
  std::vector<config::Diagnostic> problems;
  for (std::size_t i = 0; i < plans.size(); ++i)
    for (const std::string& line : plans[i].missing) {
      const config::Stage& config = *pipeline.stages[i].config;
      problems.push_back(
          {config.use_at, fmt::format("stage '{}': {}: {}", config.name, config.use, line)});
    }
  if (!problems.empty()) throw config::Errors(std::move(problems));
}

}  // namespace pipeline::plan
